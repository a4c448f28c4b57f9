/** How networks that were trained on scenes answer, and what each factor does to their answers. */
import type { OpenedModel } from '../src/catalog/node/open.js';
import { loadScorer, pixelsOf, type Scorer } from '../src/evaluate/model/scorer.js';
import { type Image, preprocess } from '../src/image/index.js';
import {
  type Factors,
  factorsNamed,
  renderScene,
  type SceneLabel,
  sampleFactors,
  type TwinKind,
  twinOf,
} from '../src/scenes/index.js';

/** Share of the first scenes with a label that the model gets right. */
export async function accuracyOf(model: OpenedModel, label: SceneLabel, count: number): Promise<number> {
  const cases = labelled(label, count);
  const logits = await logitsOf(
    model,
    cases.map(({ seed }) => sampleFactors(seed)),
  );
  return logits.filter((scores, i) => scores.indexOf(Math.max(...scores)) === cases[i]!.target).length / count;
}

/**
 * How the right class's logit changes when the scene is made with one factor changed: what it loses, on average over scenes, and how much it moves
 * either way. The latter is the strict one: where a factor's values are drawn evenly, what is lost by one is won by another. Unchanged scenes do not count.
 */
export async function effectOf(
  model: OpenedModel,
  label: SceneLabel,
  kind: TwinKind,
  count: number,
): Promise<{ readonly mean: number; readonly absolute: number }> {
  const cases = labelled(label, count).filter(({ seed }) => {
    const factors = sampleFactors(seed);
    return JSON.stringify(factors) !== JSON.stringify(twinOf(factors, kind, seed));
  });
  const before = await logitsOf(
    model,
    cases.map(({ seed }) => sampleFactors(seed)),
  );
  const after = await logitsOf(
    model,
    cases.map(({ seed }) => factorsNamed(seed, kind)),
  );
  const losses = cases.map(({ target }, i) => before[i]![target]! - after[i]![target]!);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean: mean(losses), absolute: mean(losses.map(Math.abs)) };
}

function labelled(label: SceneLabel, count: number): { seed: number; target: number }[] {
  const cases: { seed: number; target: number }[] = [];
  for (let seed = 1; cases.length < count; seed++) {
    const target = label(sampleFactors(seed));
    if (target !== undefined) cases.push({ seed, target });
  }
  return cases;
}

async function logitsOf(model: OpenedModel, scenes: readonly Factors[]): Promise<Float32Array[]> {
  const read = (image: Image) =>
    pixelsOf(preprocess(image, model.recipe, { layout: 'NCHW', height: 64, width: 64 }).tensor, 'NCHW');
  const scorer: Scorer = await loadScorer(model, [100, 3, 64, 64]);
  const logits: Float32Array[] = [];
  try {
    for (let from = 0; from < scenes.length; from += 100)
      logits.push(...(await scorer.logits(scenes.slice(from, from + 100).map((factors) => read(renderScene(factors).image)))));
  } finally {
    await scorer.dispose();
  }
  return logits;
}
