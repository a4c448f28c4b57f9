/** The rules of layer-wise relevance propagation, under the names they have in the literature. */
import { fail } from '../../errors.js';
import {
  type Bound,
  lowered,
  type Numerics,
  negative,
  ones,
  type Pass,
  positive,
  raised,
  squared,
  type Transform,
  type WeightRule,
  weightRule,
  whole,
} from './rule.js';

const pass = (x: Pass['x'], w: Transform, b: Pass['b'] = 'none', factor = 1): Pass => ({ x, w, b, factor });

/** LRP-0: in proportion to what each input contributes, x w. Bach et al. 2015, equation 56. */
export const zero = (numerics?: Numerics): WeightRule =>
  weightRule('zero', [{ passes: [pass(whole, whole, whole)], sign: 'any' }], { stabiliser: { epsilon: 1e-9 }, ...numerics });

/** LRP-epsilon: as LRP-0, and epsilon in the denominator absorbs what is weak or contradictory. Bach et al. 2015, equation 58. */
export const epsilon = (value = 1e-6, numerics?: Numerics): WeightRule => ({
  ...weightRule('epsilon', [{ passes: [pass(whole, whole, whole)], sign: 'any' }], numerics),
  stabiliser: { ...numerics?.stabiliser, epsilon: value },
});

const supporting = [pass(positive, positive, positive), pass(negative, negative)];
const opposing = [pass(positive, negative, negative), pass(negative, positive)];

/** z+: positive contributions alone, of positive and of negative inputs. Montavon et al. 2017; alpha-beta with alpha 1, beta 0. */
export const zPlus = (numerics?: Numerics): WeightRule =>
  weightRule('z-plus', [{ passes: supporting, sign: 'positive' }], numerics);

/** Positive contributions with weight alpha, negative ones with -beta. Bach et al. 2015, equation 60. */
export function alphaBeta(alpha = 2, beta = 1, numerics?: Numerics): WeightRule {
  if (alpha < 0 || beta < 0) fail(`alpha-beta: alpha and beta must be at least 0, not ${alpha} and ${beta}`);
  if (Math.abs(alpha - beta - 1) > 1e-6)
    fail(`alpha-beta: alpha - beta must be 1, not ${alpha} - ${beta} = ${+(alpha - beta).toFixed(6)}`);
  const terms = [
    { passes: supporting, factor: alpha, sign: 'positive' },
    { passes: opposing, factor: -beta, sign: 'negative' },
  ] as const;
  return weightRule(
    'alpha-beta',
    terms.filter(({ factor }) => factor !== 0),
    numerics,
  );
}

/**
 * LRP-gamma: weights that support a neuron's sign count 1 + gamma times. Montavon et al. 2019; generalised to inputs and outputs
 * of either sign (Andéol et al. 2021).
 */
export function gamma(value = 0.25, numerics?: Numerics): WeightRule {
  const [up, down] = [raised(value), lowered(value)];
  return weightRule(
    'gamma',
    [
      { passes: [pass(positive, up, up), pass(negative, down)], sign: 'positive', outputs: 'positive' },
      { passes: [pass(positive, down, down), pass(negative, up)], sign: 'negative', outputs: 'negative' },
    ],
    numerics,
  );
}

/** z^B: for pixels in a box; contributions are counted from the box's corner that a weight points away from. Montavon et al. 2017. */
export const zBox = (low: Bound = 'auto', high: Bound = 'auto', numerics?: Numerics): WeightRule =>
  weightRule(
    'z-box',
    [
      {
        passes: [
          pass(whole, whole),
          pass({ bound: 'low', values: low }, positive, 'none', -1),
          pass({ bound: 'high', values: high }, negative, 'none', -1),
        ],
        sign: 'any',
      },
    ],
    numerics,
  );

/** w^2: for unbounded inputs; in proportion to the squared weights, whatever the input is. Montavon et al. 2017. */
export const wSquare = (numerics?: Numerics): WeightRule =>
  weightRule('w-square', [{ passes: [pass(ones, squared, squared)], sign: 'positive' }], numerics);

/** Evenly over a neuron's receptive field. Lapuschkin et al. 2017. */
export const flat = (numerics?: Numerics): WeightRule =>
  weightRule('flat', [{ passes: [pass(ones, ones)], sign: 'positive' }], numerics);
