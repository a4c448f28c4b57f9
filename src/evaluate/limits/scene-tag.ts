/** Limits 2 and 7 on a network trained on scenes, which answers the tag's kind where there is a tag, and else the object's shape. */
import type { GivenOptions } from '../../options.js';
import { maskOf, type Part, tagLabel } from '../../scenes/index.js';
import { sobelMap } from '../baselines.js';
import { relevanceMassAccuracy } from '../localisation/relevance-mass-accuracy.js';
import type { HeatMap } from '../map/heat-map.js';
import { mean } from '../statistics/moments.js';
import { type Finding, finding } from './finding.js';
import {
  accuracy,
  areaOf,
  mapsOf,
  massOn,
  SCENES,
  type SceneDemonstration,
  type SceneModel,
  sceneCases,
  trueEffect,
} from './scene-cases.js';
import { drawn } from './scene-picture.js';

const methods: Readonly<Record<string, readonly [method: string, options: GivenOptions]>> = {
  gradient: ['gradient', {}],
  'integrated gradients': ['integrated-gradients', {}],
  'Grad-CAM': ['grad-cam', {}],
  'LRP (epsilon-plus)': ['lrp', { composite: 'epsilon-plus' }],
  'guided backpropagation': ['guided-backprop', {}],
};

/** Limit 2 again: the network answers the tag's kind where there is a tag. */
export async function tagOnScenes(model: SceneModel): Promise<SceneDemonstration> {
  const cases = sceneCases(model, SCENES, tagLabel);
  const maps: Record<string, readonly HeatMap[]> = {};
  for (const [name, [method, options]] of Object.entries(methods)) maps[name] = await mapsOf(model, method, cases, options);
  maps['edges, no model'] = cases.map(({ image }) => sobelMap(image));
  return {
    findings: [
      finding('accuracy of naming the tag', await accuracy(model, cases)),
      finding('effect of the same scene without the tag', await trueEffect(model, cases, 'tag')),
      finding('effect of the same scene with another object', await trueEffect(model, cases, 'object')),
      finding('effect of the same scene with another context', await trueEffect(model, cases, 'context')),
      finding("the tag's share of the image", areaOf(cases, 'tag')),
      ...Object.entries(maps).map(([name, own]) => finding(`the tag's share of the map: ${name}`, massOn(own, cases, 'tag'))),
    ],
    picture: drawn(
      cases[0]!,
      Object.values(maps).map((own) => own[0]!),
    ),
  };
}

/** Limit 7 again: on the network of limit 2, guided backpropagation mostly marks the object, which does next to nothing there. */
export async function wrongPartOnScenes(model: SceneModel): Promise<Finding[]> {
  const cases = sceneCases(model, SCENES, tagLabel);
  const maps = await mapsOf(model, 'guided-backprop', cases);
  const share = (i: number, part: Part) => relevanceMassAccuracy(maps[i]!, maskOf(cases[i]!.scene, part), 'positive');
  return [
    finding("the object's share of the image", areaOf(cases, 'object')),
    finding("the object's share of the map", massOn(maps, cases, 'object')),
    finding('effect of the same scene with another object', await trueEffect(model, cases, 'object')),
    finding("the tag's share of the map", massOn(maps, cases, 'tag')),
    finding('effect of the same scene without the tag', await trueEffect(model, cases, 'tag')),
    finding(
      'scenes on which more of the map is on the object than on the tag',
      mean(cases.map((_, i) => Number(share(i, 'object') > share(i, 'tag')))),
    ),
  ];
}
