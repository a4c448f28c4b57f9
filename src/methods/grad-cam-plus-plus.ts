import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { classActivation } from './class-activation.js';
import { elementDerivatives } from './element-derivatives.js';
import { type PlanContext, spatial } from './method.js';
import { scoreByOption, type targetScore } from './target-score.js';

/**
 * Grad-CAM++: positive gradients, each weighted by alpha = Y'' / (2 Y'' + Y''' sum A), its share in the channel's rise.
 * Chattopadhay et al. 2018, equations 5 and 10, with Y = exp(score). Where the score is piecewise linear in the layer, alpha is
 * g² / (2 g² + g³ sum A), equation 19; that is `closed-form`, which all implementations take whatever the head. `exact` takes the
 * score's own second and third derivatives too; a probability is smooth by itself, and is Y without exp.
 * `official` also divides alpha by its sum over the channel's places, as the authors' code does and their text does not.
 */
export const gradCamPlusPlus = classActivation({
  name: 'grad-cam++',
  summary: "channels of a layer, weighted by the positive gradients' share in the channel's rise",
  reference: 'Chattopadhay et al. 2018, equations 5, 10 and 19',
  options: {
    variant: {
      type: 'choice',
      choices: ['pytorch-grad-cam', 'official'],
      default: 'pytorch-grad-cam',
      description: "whose code is followed; the authors' own also divides alpha by its sum over each channel",
    },
    derivatives: {
      type: 'choice',
      choices: ['closed-form', 'exact'],
      default: 'closed-form',
      description:
        "powers of the gradient, right for piecewise linear heads; or the score's own second and third derivatives, for smooth ones behind a pooling",
    },
  },
  weights: (context) => {
    const { b, layer, options, gradient } = context;
    const official = options.variant === 'official';
    if (options.derivatives === 'exact') return plusPlusWeights(b, exactPowers(context), layer, { official, exact: true });
    const g = gradient(layer);
    return plusPlusWeights(b, { first: g, second: b.square(g), third: b.mul(g, b.square(g)) }, layer, { official });
  },
});

/** Derivatives of Y, a factor exp(score) left out: it cancels in alpha, and scales the whole map. */
function exactPowers({ b, layer, logits, chosen, scale, options }: PlanContext<typeof targetScore>): Powers {
  const scoreOf = (at: Value, rows: Value) => scoreByOption({ b, logits: at, chosen: rows, scale, options });
  const { first, second, third } = elementDerivatives({ b, layer, logits, chosen, scoreOf });
  if (options['target-score'] === 'probability') return { first, second, third };
  const square = b.square(first);
  return {
    first,
    second: b.add(square, second),
    third: [b.mul(first, square), b.mul(b.mul(first, second), 3), third].reduce(b.add),
  };
}

/** Powers of the gradient, their means over several inputs, or derivatives of higher order. */
export interface Powers {
  readonly first: Value;
  readonly second: Value;
  readonly third: Value;
}

/** w = sum of alpha relu(g) over each channel's places. */
export function plusPlusWeights(
  b: Builder,
  { first, second, third }: Powers,
  layer: Value,
  { official = false, exact = false }: { readonly official?: boolean; readonly exact?: boolean } = {},
): Value {
  const places = spatial(layer);
  const denominator = b.add(b.mul(second, 2), b.mul(third, b.reduceSum(layer, places)));
  const alpha = b.div(second, official || exact ? withoutZeros(b, denominator) : b.add(denominator, 1e-6));
  const positive = b.relu(first);
  const weights = b.reduceSum(b.mul(positive, alpha), places);
  if (!official) return weights;
  const total = b.reduceSum(b.mul(alpha, b.mask(b.greater(first, 0), alpha)), places);
  return b.div(weights, withoutZeros(b, total));
}

/** Zeros become ones: what they divide is zero as well. */
const withoutZeros = (b: Builder, x: Value) => b.add(x, b.mask(b.equal(x, 0), x));
