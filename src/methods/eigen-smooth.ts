/** Weighted channels as one map: their sum, or what they vary along most. */
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import type { OptionSpecs, OptionValues } from '../options.js';
import { channels } from './method.js';
import { centredPlaces, principalComponent, signedMap } from './principal-component.js';

export const eigenSmooth = {
  'eigen-smooth': {
    type: 'flag',
    default: false,
    description: 'the first principal component of the weighted channels instead of their sum: less noise',
  },
} as const satisfies OptionSpecs;

/**
 * [N, h, w] from weighted channels [N, C, h, w]. The principal component's sign is the one that makes it positive with the layer's
 * mean absolute activation; pytorch-grad-cam leaves it open.
 */
export function overChannelsOf(b: Builder, terms: Value, layer: Value, options: OptionValues<typeof eigenSmooth>): Value {
  if (!options['eigen-smooth']) return b.reduceSum(terms, channels, false);
  return signedMap(b, principalComponent(b, centredPlaces(b, terms)), layer);
}
