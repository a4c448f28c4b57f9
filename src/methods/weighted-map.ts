/** Maps from a layer's values and weights for its channels, where the weights come from many runs. */

import type { OptionValues } from '../options.js';
import type { FloatArray } from '../tensor/tensor.js';
import { filled } from './batches.js';
import { type eigenSmooth, overChannelsOf } from './eigen-smooth.js';
import type { Row, Workbench } from './method.js';

export function channelsOf({ shape, data }: FloatArray): Float32Array[] {
  const size = data.length / shape[1]!;
  return Array.from({ length: shape[1]! }, (_, k) => data.subarray(k * size, (k + 1) * size));
}

/** Yields what makes a row's map [1, h, w]: the sum over channels of w A, or its first principal component. */
export async function weightedMaps({
  load,
  layerShape,
  options,
}: Pick<Workbench, 'load' | 'layerShape'> & { readonly options: OptionValues<typeof eigenSmooth> }) {
  if (!options['eigen-smooth'])
    return async (_: Row, layer: FloatArray, weights: ArrayLike<number>) => weightedSum(layer, weights);
  const piece = await load(({ b, feed }) => {
    const layer = feed('map', layerShape);
    const weights = feed('weights', [1, layerShape[1]!, 1, 1]);
    return { map: overChannelsOf(b, b.mul(weights, layer), layer, options) };
  });
  return async (row: Row, layer: FloatArray, weights: ArrayLike<number>) => {
    const fed = filled(1, [layerShape[1]!, 1, 1], (_, into) => into.set(weights));
    return (await piece(row, { map: layer, weights: fed })).map!;
  };
}

function weightedSum(layer: FloatArray, weights: ArrayLike<number>): FloatArray {
  const map = new Float64Array(layer.data.length / layer.shape[1]!);
  channelsOf(layer).forEach((channel, k) => {
    for (let i = 0; i < map.length; i++) map[i]! += weights[k]! * channel[i]!;
  });
  return { shape: [1, ...layer.shape.slice(2)], data: Float32Array.from(map) };
}
