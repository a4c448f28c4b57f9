/** Tests that need the method: for another class, under noise, with lost weights, with shuffled labels. */
import type { Model } from '../../explain/explanation.js';
import { random } from '../../tensor/random.js';
import type { Pixels } from '../faithfulness/pixels.js';
import { descending } from '../map/ranking.js';
import { type Attributor, preparedAt, rowOf } from '../model/attributor.js';
import { attributeOnGraph } from '../model/on-graph.js';
import type { Scorer } from '../model/scorer.js';
import { dataRandomisation } from '../sanity/data-randomisation.js';
import { parameterRandomisation } from '../sanity/parameter-randomisation.js';
import { randomLogit } from '../sanity/random-logit.js';
import { weightLayers } from '../sanity/weight-layers.js';
import { spearman } from '../similarity/spearman.js';
import { maxSensitivity, uniformPerturbations } from '../stability/max-sensitivity.js';
import type { MethodCandidate } from './candidates.js';
import type { Attempt, AuditedImage, GatherContext } from './context.js';
import type { Evidence } from './evidence.js';

/** Of the range of the image's values: noise that no one would see. */
const NOISE = 0.02;

/** Evidence that runs the method again. */
export async function testsOfMethod(
  { method, options }: MethodCandidate,
  attributor: Attributor,
  { image, target }: AuditedImage,
  { model, scorer, budget, seed, lost, randomLabels, onTest }: GatherContext,
  attempt: Attempt,
): Promise<Partial<Evidence>> {
  const prepared = async (one: number) => preparedAt(await attributor.explain(image, one), image, attributor.layout);
  const others = await otherTargets(scorer, image, target, budget.otherClasses, seed);
  const otherClasses =
    others.length > 0 ? await attempt('other classes', () => randomLogit(prepared, target, others)) : undefined;
  const stability = await attempt('stability', () => stabilityOf(attributor, image, target, budget.noisyCopies, seed));
  const layers = lost ? await attempt('weights', async () => weightLayers(model.graph).length) : undefined;
  const depths = [...new Set(budget.depths.map((share) => Math.max(1, Math.round(share * (layers ?? 0)))))];
  const randomisation =
    layers === undefined
      ? undefined
      : await attempt('weights', async () =>
          parameterRandomisation(model.graph, attributeOnGraph(model, method, image, target, options), {
            depths,
            lost,
            original: await prepared(target),
            onStep: (done, total) => onTest(`weights ${done}/${total}`),
          }),
        );
  const underShuffled = (other: Model) => () => attributeOnGraph(other, method, image, target, options)(other.graph);
  const shuffled =
    randomLabels &&
    (await attempt('labels', () => dataRandomisation([image], () => prepared(target), underShuffled(randomLabels))));
  return {
    ...(otherClasses && { otherClasses }),
    ...(stability && { stability }),
    ...(layers !== undefined && { layers }),
    ...(randomisation && { randomisation }),
    ...(shuffled && { randomLabels: shuffled[0]! }),
  };
}

/** Classes drawn from those that the model does not consider: its ten best are often alike. */
async function otherTargets(scorer: Scorer, image: Pixels, target: number, count: number, seed: number): Promise<number[]> {
  const [logits] = await scorer.logits([image]);
  const likely = new Set(Array.from(descending(logits!)).slice(0, Math.min(10, Math.floor(logits!.length / 2))));
  const drawn = random(seed).permutation(logits!.length);
  return drawn.filter((one) => one !== target && !likely.has(one)).slice(0, count);
}

async function stabilityOf(
  attributor: Attributor,
  image: Pixels,
  target: number,
  copies: number,
  seed: number,
): Promise<Evidence['stability']> {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of image.data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const maps: ArrayLike<number>[] = [];
  const attribute = async (images: readonly Pixels[]) => {
    const attributions: ArrayLike<number>[] = [];
    for (const one of images) attributions.push(rowOf(await attributor.explain(one, target)).data);
    maps.push(...attributions);
    return attributions;
  };
  const noise = uniformPerturbations(image, { samples: copies, radius: NOISE * (high - low), seed });
  const largest = await maxSensitivity(attribute, image, noise);
  const alike = maps.slice(1).map((map) => spearman(maps[0]!, map));
  return { maxSensitivity: largest, spearman: Math.min(...alike), copies };
}
