/** Limits 5 to 7, on a real model and a photo: maps of a broken network, edges that pass for an explanation, marks without effect. */
import type { Model } from '../../explain/explanation.js';
import { type Plane, planeOf } from '../../image/index.js';
import { randomMap, sobelMap } from '../baselines.js';
import { gridSegments, segmentConsistency } from '../counterfactual/segment-consistency.js';
import { riseBlur } from '../faithfulness/blur.js';
import { deletion } from '../faithfulness/deletion.js';
import { insertion } from '../faithfulness/insertion.js';
import type { Pixels, Score } from '../faithfulness/pixels.js';
import type { HeatMap } from '../map/heat-map.js';
import { loadAttributor, preparedAt, resized } from '../model/attributor.js';
import { loadScorer, outcomeOf, tensorOf } from '../model/scorer.js';
import { cascading } from '../sanity/randomise.js';
import { similarities } from '../sanity/similarities.js';
import { weightLayers } from '../sanity/weight-layers.js';
import { type Finding, finding } from './finding.js';

/** A model and a photo for it. */
export interface Case {
  readonly model: Model;
  readonly image: Pixels;
  readonly target: number;
}

export interface PhotoDemonstration {
  readonly findings: Finding[];
  /** Maps to be drawn over the photo, by what they are. */
  readonly maps: Readonly<Record<string, Plane>>;
}

const guided = { options: { relu6: true } };
const SEED = 1;

/** Limit 5: half of the layers get random weights; guided backpropagation draws the same picture. */
export async function brokenNetwork({ model, image, target }: Case): Promise<PhotoDemonstration> {
  const layers = weightLayers(model.graph);
  const half = Math.floor(layers.length / 2);
  const broken = { ...model, graph: cascading(model.graph, layers, half, { seed: SEED }) };
  const [before, after] = [
    await mapsOf(model, image, target, 'guided-backprop', guided),
    await mapsOf(broken, image, target, 'guided-backprop', guided),
  ];
  const { spearmanAbsolute, ssim } = similarities(before, after);
  return {
    findings: [
      finding('probability of the class', await probability(model, image, target)),
      finding('probability of the class, half of the layers random', await probability(broken, image, target)),
      finding('rank correlation of both maps', spearmanAbsolute),
      finding('SSIM of both maps', ssim ?? Number.NaN),
    ],
    maps: { 'the model': planeFrom(before.magnitude), 'half of its layers random': planeFrom(after.magnitude) },
  };
}

/** Limit 6: Sobel's filter, which has seen no model, judged by the most used measure beside Grad-CAM and noise. */
export async function edgeDetector({ model, image, target }: Case): Promise<PhotoDemonstration> {
  const map = resized(await camOf(model, image, target), image.width, image.height);
  const edges = sobelMap(image);
  const scorer = await loadScorer(model, tensorOf([image], 'NCHW').shape);
  const probabilityOf: Score = async (images) => (await scorer.ofClass(target)(images)).map(({ probability }) => probability);
  const gain = async (one: HeatMap) => {
    const inserted = await insertion(probabilityOf, image, one, { steps: 20, baseline: riseBlur(image) });
    return inserted.auc - (await deletion(probabilityOf, image, one, { steps: 20 })).auc;
  };
  const findings = [
    finding('insertion minus deletion of edges', await gain(edges)),
    finding('insertion minus deletion of Grad-CAM', await gain(map)),
    finding('insertion minus deletion of noise', await gain(randomMap(image, SEED))),
  ];
  await scorer.dispose();
  return { findings, maps: { 'edges, no model': planeFrom(edges), 'Grad-CAM': planeFrom(map) } };
}

/** Limit 7: what Grad-CAM marks in each of 49 cells, and what the removal of each cell does. */
export async function marksWithoutEffect({ model, image, target }: Case): Promise<PhotoDemonstration> {
  const shape = tensorOf([image], 'NCHW').shape;
  const map = resized(await camOf(model, image, target), image.width, image.height);
  const scorer = await loadScorer(model, shape);
  const { mass, effect, agreement } = await segmentConsistency(scorer.ofClass(target), image, map, gridSegments(map, 7), 'blur');
  await scorer.dispose();
  const strongest = mass.indexOf(Math.max(...mass));
  const costliest = effect.indexOf(Math.max(...effect));
  return {
    findings: [
      finding('rank correlation of mark and effect over 49 cells', agreement),
      finding('effect of removing the cell that is marked most', effect[strongest]!),
      finding('effect of removing the cell that costs most', effect[costliest]!),
      finding('rank of the costliest cell among the marks', mass.filter((value) => value > mass[costliest]!).length + 1),
    ],
    maps: { 'Grad-CAM': planeFrom(map), 'effect of removal': cells(effect, image) },
  };
}

async function camOf(model: Model, image: Pixels, target: number): Promise<Plane> {
  const attributor = await loadAttributor(model, 'grad-cam', tensorOf([image], 'NCHW').shape);
  try {
    return planeOf((await attributor.explain(image, target)).attribution);
  } finally {
    await attributor.dispose();
  }
}

async function mapsOf(model: Model, image: Pixels, target: number, method: string, options = {}) {
  const attributor = await loadAttributor(model, method, tensorOf([image], 'NCHW').shape, options);
  try {
    return preparedAt(await attributor.explain(image, target), image, attributor.layout);
  } finally {
    await attributor.dispose();
  }
}

async function probability(model: Model, image: Pixels, target: number): Promise<number> {
  const scorer = await loadScorer(model, tensorOf([image], 'NCHW').shape);
  const [logits] = await scorer.logits([image]);
  await scorer.dispose();
  return outcomeOf(logits!, target).probability;
}

const planeFrom = ({ width, height, data }: HeatMap): Plane => ({ width, height, data: Float32Array.from(data) });

function cells(values: readonly number[], { width, height }: Pixels): Plane {
  const labels = gridSegments({ width, height }, Math.sqrt(values.length));
  return { width, height, data: Float32Array.from(labels, (label) => values[label]!) };
}
