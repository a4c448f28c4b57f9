/** Limit 5 on a network trained on scenes: half of its layers get random weights. */
import { shapeLabel } from '../../scenes/index.js';
import type { HeatMap } from '../map/heat-map.js';
import { cascading } from '../sanity/randomise.js';
import { weightLayers } from '../sanity/weight-layers.js';
import { spearman } from '../similarity/spearman.js';
import { mean } from '../statistics/moments.js';
import { finding } from './finding.js';
import {
  accuracy,
  answers,
  areaOf,
  mapsOf,
  massOn,
  SCENES,
  type SceneDemonstration,
  type SceneModel,
  sceneCases,
} from './scene-cases.js';
import { drawn } from './scene-picture.js';

const methods = { 'guided backpropagation': 'guided-backprop', gradient: 'gradient', 'Grad-CAM': 'grad-cam' };

export async function brokenOnScenes(model: SceneModel): Promise<SceneDemonstration> {
  const cases = sceneCases(model, SCENES, shapeLabel);
  const layers = weightLayers(model.graph);
  const broken = { ...model, graph: cascading(model.graph, layers, Math.floor(layers.length / 2), { seed: 1 }) };
  const images = cases.map(({ image }) => image);
  const findings = [
    finding('accuracy', await accuracy(model, cases)),
    finding('accuracy, half of the layers random', await accuracy(broken, cases)),
    finding('different answers, half of the layers random', new Set(await answers(broken, images)).size),
    finding("the object's share of the image", areaOf(cases, 'object')),
  ];
  const shown: HeatMap[] = [];
  for (const [name, method] of Object.entries(methods)) {
    const [before, after] = [await mapsOf(model, method, cases), await mapsOf(broken, method, cases)];
    findings.push(
      finding(`the object's share of the map: ${name}`, massOn(before, cases, 'object')),
      finding(`the object's share of the map: ${name}, half random`, massOn(after, cases, 'object')),
      finding(`rank correlation of both maps: ${name}`, mean(before.map(({ data }, i) => spearman(data, after[i]!.data)))),
    );
    shown.push(before[0]!, after[0]!);
  }
  return { findings, picture: drawn(cases[0]!, shown) };
}
