/** Scenes as cases of a network that was trained on them: with its answer, and twins that tell the truth. */
import type { Model } from '../../explain/explanation.js';
import { type Image, preprocess, type Recipe } from '../../image/index.js';
import type { GivenOptions } from '../../options.js';
import { maskOf, type Part, renderScene, type Scene, type SceneLabel, sampleFactors } from '../../scenes/index.js';
import { readMap } from '../audit/candidates.js';
import { sceneTwins } from '../counterfactual/scene-twins.js';
import { type Twin, twinEffects } from '../counterfactual/twins.js';
import type { Pixels } from '../faithfulness/pixels.js';
import { relevanceMassAccuracy } from '../localisation/relevance-mass-accuracy.js';
import type { HeatMap } from '../map/heat-map.js';
import { loadAttributor } from '../model/attributor.js';
import { loadScorer, pixelsOf, tensorOf } from '../model/scorer.js';
import { mean } from '../statistics/moments.js';
import type { Finding } from './finding.js';

/** A network, and how it reads images. */
export interface SceneModel extends Model {
  readonly recipe: Recipe;
}

export interface SceneCase {
  readonly seed: number;
  readonly scene: Scene;
  readonly image: Pixels;
  /** The right class. */
  readonly target: number;
  readonly twins: readonly Twin[];
}

export interface SceneDemonstration {
  readonly findings: Finding[];
  /** The first scene, then maps over it. */
  readonly picture: Image;
}

/** How many a demonstration averages over. */
export const SCENES = 32;

/** Other objects and other contexts of each scene. */
const DRAWS = 8;

/** The first scenes from number 1 on that have a label. */
export function sceneCases({ recipe }: SceneModel, count: number, label: SceneLabel): SceneCase[] {
  const read = readerOf(recipe);
  const cases: SceneCase[] = [];
  for (let seed = 1; cases.length < count; seed++) {
    const target = label(sampleFactors(seed));
    if (target === undefined) continue;
    const scene = renderScene(seed);
    const twins = sceneTwins(scene, seed, { draws: DRAWS, read, onInput: (mask) => mask });
    cases.push({ seed, scene, image: read(scene.image), target, twins });
  }
  return cases;
}

export const readerOf = (recipe: Recipe) => (image: Image) =>
  pixelsOf(preprocess(image, recipe, { layout: 'NCHW' }).tensor, 'NCHW');

/** The model's top class of each image. */
export async function answers(model: Model, images: readonly Pixels[]): Promise<number[]> {
  const scorer = await loadScorer(model, tensorOf([images[0]!], 'NCHW').shape);
  const logits = await scorer.logits(images);
  await scorer.dispose();
  return logits.map((scores) => scores.indexOf(Math.max(...scores)));
}

/** Share of the cases that the model answers right. */
export async function accuracy(model: Model, cases: readonly SceneCase[]): Promise<number> {
  const given = await answers(
    model,
    cases.map(({ image }) => image),
  );
  return mean(cases.map(({ target }, i) => Number(given[i] === target)));
}

/** What the right class's logit loses when a part is made otherwise, averaged over the cases that have it. */
export async function trueEffect(model: Model, cases: readonly SceneCase[], part: Part): Promise<number> {
  const scorer = await loadScorer(model, tensorOf([cases[0]!.image], 'NCHW').shape);
  const effects: number[] = [];
  for (const { image, target, twins, scene } of cases) {
    const own = twins.filter(({ factor }) => factor === part);
    if (own.length === 0) continue;
    const found = await twinEffects(scorer.ofClass(target), image, maskOf(scene, part), own);
    effects.push(found.effects[0]!.effect.logit);
  }
  await scorer.dispose();
  return mean(effects);
}

/** A method's map of each case, as an audit reads it. */
export async function mapsOf(
  model: Model,
  method: string,
  cases: readonly SceneCase[],
  options: GivenOptions = {},
): Promise<HeatMap[]> {
  const attributor = await loadAttributor(model, method, tensorOf([cases[0]!.image], 'NCHW').shape, { options });
  const maps: HeatMap[] = [];
  try {
    for (const { image, target } of cases)
      maps.push(readMap(await attributor.explain(image, target), image, attributor.layout).map);
  } finally {
    await attributor.dispose();
  }
  return maps;
}

/** The mean share of the maps' positive mass on a part, over the cases that have it. */
export function massOn(maps: readonly HeatMap[], cases: readonly SceneCase[], part: Part): number {
  const shares = cases.flatMap(({ scene }, i) => {
    const mask = maskOf(scene, part);
    return scene.masks[part].includes(1) ? [relevanceMassAccuracy(maps[i]!, mask, 'positive')] : [];
  });
  return mean(shares);
}

/** The mean share of the image that a part covers, over the cases that have it. */
export const areaOf = (cases: readonly SceneCase[], part: Part): number =>
  mean(cases.flatMap(({ scene: { masks } }) => (masks[part].includes(1) ? [mean(masks[part])] : [])));
