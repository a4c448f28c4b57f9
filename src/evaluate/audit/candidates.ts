/** What an audit tests: methods, and baselines that explain nothing. */
import type { ExplainOptions, Explanation } from '../../explain/explanation.js';
import { planeOf } from '../../image/index.js';
import type { Method } from '../../methods/method.js';
import { gaussianCentre, randomMap, sobelMap } from '../baselines.js';
import type { Pixels } from '../faithfulness/pixels.js';
import type { HeatMap } from '../map/heat-map.js';
import { resized, rowOf } from '../model/attributor.js';
import { preparedMaps } from '../sanity/preparation.js';

export interface MethodCandidate {
  readonly kind: 'method';
  readonly name: string;
  readonly method: Method;
  readonly options: ExplainOptions;
}

export interface BaselineCandidate {
  readonly kind: 'baseline';
  readonly name: string;
  /** What it knows, for the reader. */
  readonly summary: string;
  readonly map: (image: Pixels, seed: number) => HeatMap;
}

export type Candidate = MethodCandidate | BaselineCandidate;

export const baselines: readonly BaselineCandidate[] = [
  { kind: 'baseline', name: 'random', summary: 'noise: knows neither image nor model', map: randomMap },
  { kind: 'baseline', name: 'sobel', summary: 'edges: knows the image, not the model', map: sobelMap },
  { kind: 'baseline', name: 'centre', summary: 'a blob in the middle: knows how people take photos', map: gaussianCentre },
];

/**
 * The map whose order of pixels is tested, at the size of the image. What promises to add up to the score is summed over channels with its sign; another
 * pixel map is a sensitivity, whose magnitude counts; a map of a layer is taken as it is.
 */
export function readMap(
  explanation: Explanation,
  image: Pixels,
  layout: 'NCHW' | 'NHWC',
): { readonly map: HeatMap; readonly reading: string; readonly isSigned: boolean } {
  const { method, rows } = explanation;
  const at = (map: HeatMap) => resized(map, image.width, image.height);
  if (method.space !== 'input')
    return { map: at(planeOf(explanation.attribution, { layout })), reading: 'as it is, resized to the image', isSigned: true };
  if (rows[0]?.completeness)
    return { map: planeOf(explanation.attribution, { layout }), reading: 'channels summed with their sign', isSigned: true };
  return { map: preparedMaps(rowOf(explanation), layout).magnitude, reading: 'magnitudes summed over channels', isSigned: false };
}
