/** What the eigen methods share: places of a feature map as vectors of channels, and where the most of their variation lies. */
import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { topEigenvector } from './eigenvector.js';
import { channels } from './method.js';
import { gridOf } from './resized.js';

/** A feature map [N, C, h, w] as vectors of channels, one for each place, [N, h w, C], less their mean over the places. */
export function centredPlaces(b: Builder, map: Value): Value {
  const places = b.transpose(b.reshape(map, [0, channelCount(map), -1]), [0, 2, 1]);
  return b.sub(places, b.reduceMean(places, [1]));
}

/**
 * The places' coordinates along the direction in which they vary most, [N, h w, 1], with an arbitrary sign: X v where v is the top
 * eigenvector of X'X, or s u of X X', whichever is smaller.
 */
export function principalComponent(b: Builder, centred: Value): Value {
  const [, places, width] = centred.shape as number[];
  const turned = b.transpose(centred, [0, 2, 1]);
  if (width! <= places!) return b.matMul(centred, topEigenvector(b, b.matMul(turned, centred)).vector);
  const { vector, value } = topEigenvector(b, b.matMul(centred, turned));
  return b.mul(vector, b.sqrt(b.relu(value)));
}

/** [N, h w, 1] as maps [N, h, w], with the sign that makes them positive with the layer's mean absolute activation. */
export function signedMap(b: Builder, component: Value, layer: Value): Value {
  const map = b.reshape(component, [-1, ...gridOf(layer)]);
  const activity = b.reduceMean(b.abs(layer), channels, false);
  const places = gridOf(layer).map((_, i) => i + 1);
  const centred = b.sub(activity, b.reduceMean(activity, places));
  const agreement = b.reduceSum(b.mul(map, centred), places);
  // 1 or -1, never 0.
  return b.mul(map, b.sub(b.mul(b.mask(b.less(agreement, 0), agreement), -2), -1));
}

function channelCount({ shape, name }: Value): number {
  const count = shape?.[1];
  return typeof count === 'number' ? count : fail(`the number of channels of "${name}" is not known`);
}
