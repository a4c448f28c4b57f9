import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { classActivation } from './class-activation.js';
import { spatial } from './method.js';

/**
 * Grad-CAM++: positive gradients, each weighted by alpha = g² / (2 g² + g³ sum A), its share in the channel's rise.
 * Chattopadhay et al. 2018, equation 19 for a score that is piecewise linear in the layer; there the exponential of equation 10
 * cancels. `official` also divides alpha by its sum over the channel's places, as the authors' code does and their text does not.
 */
export const gradCamPlusPlus = classActivation({
  name: 'grad-cam++',
  summary: "channels of a layer, weighted by the positive gradients' share in the channel's rise",
  reference: 'Chattopadhay et al. 2018, equations 5 and 19',
  options: {
    variant: {
      type: 'choice',
      choices: ['pytorch-grad-cam', 'official'],
      default: 'pytorch-grad-cam',
      description: "whose code is followed; the authors' own also divides alpha by its sum over each channel",
    },
  },
  weights: ({ b, layer, options, gradient }) => {
    const g = gradient(layer);
    const powers = { first: g, second: b.square(g), third: b.mul(g, b.square(g)) };
    return plusPlusWeights(b, powers, layer, options.variant === 'official');
  },
});

/** Powers of the gradient, or their means over several inputs. */
export interface Powers {
  readonly first: Value;
  readonly second: Value;
  readonly third: Value;
}

/** w = sum of alpha relu(g) over each channel's places. */
export function plusPlusWeights(b: Builder, { first, second, third }: Powers, layer: Value, official = false): Value {
  const places = spatial(layer);
  const denominator = b.add(b.mul(second, 2), b.mul(third, b.reduceSum(layer, places)));
  const alpha = b.div(second, official ? withoutZeros(b, denominator) : b.add(denominator, 1e-6));
  const positive = b.relu(first);
  const weights = b.reduceSum(b.mul(positive, alpha), places);
  if (!official) return weights;
  const total = b.reduceSum(b.mul(alpha, b.mask(b.greater(first, 0), alpha)), places);
  return b.div(weights, withoutZeros(b, total));
}

/** Zeros become ones: what they divide is zero as well. */
const withoutZeros = (b: Builder, x: Value) => b.add(x, b.mask(b.equal(x, 0), x));
