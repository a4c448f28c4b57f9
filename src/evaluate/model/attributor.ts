/** A method on a model as the metrics see it: an image and a class go in, a map comes out. */
import { loadExplainer, type MethodLike, runExplainer } from '../../explain/explain.js';
import type { ExplainOptions, Explanation, Model } from '../../explain/explanation.js';
import { isChannelsLast } from '../../explain/subject.js';
import { resizePlane } from '../../image/index.js';
import type { FloatArray } from '../../tensor/tensor.js';
import type { Pixels } from '../faithfulness/pixels.js';
import type { HeatMap } from '../map/heat-map.js';
import { type PreparedMaps, preparedMaps } from '../sanity/preparation.js';
import { tensorOf } from './scorer.js';

export interface Attributor {
  readonly layout: 'NCHW' | 'NHWC';
  readonly explain: (image: Pixels, target: number | 'top') => Promise<Explanation>;
  readonly dispose: () => Promise<void>;
}

/** Loads a method for images of one shape, its batch size first. */
export async function loadAttributor(
  model: Model,
  method: MethodLike,
  shape: readonly number[],
  options: ExplainOptions = {},
): Promise<Attributor> {
  const loaded = await loadExplainer(model, method, shape, options);
  const layout = isChannelsLast(loaded.subject.input.shape) ? 'NHWC' : 'NCHW';
  return {
    layout,
    explain: (image, target) => runExplainer(loaded, tensorOf([image], layout), { ...options, targets: [target] }),
    dispose: loaded.dispose,
  };
}

/** The attribution of the first row, without its batch axis. */
export function rowOf({ attribution: { shape, data } }: Explanation): FloatArray {
  return { shape: shape.slice(1), data: data.subarray(0, data.length / shape[0]!) };
}

/** Both forms for the sanity checks, at the size of the image. */
export function preparedAt(explanation: Explanation, { width, height }: Pixels, layout: 'NCHW' | 'NHWC'): PreparedMaps {
  const { signed, magnitude } = preparedMaps(rowOf(explanation), layout);
  return { signed: resized(signed, width, height), magnitude: resized(magnitude, width, height) };
}

/** A map at another size, bilinear. */
export function resized(map: HeatMap, width: number, height: number): HeatMap {
  if (map.width === width && map.height === height) return map;
  return resizePlane({ width: map.width, height: map.height, data: Float32Array.from(map.data) }, width, height);
}
