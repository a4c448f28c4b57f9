/** Keeps denominators away from zero: the stabilisers of relevance rules, and what is known of a denominator's sign. */
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';

export interface Stabiliser {
  readonly epsilon: number;
  /** sgn(z) max(|z|, epsilon) instead of z + epsilon sgn(z). */
  readonly clip?: boolean;
  /** epsilon counts in units of the root mean square of z over everything but the batch. */
  readonly scaled?: boolean;
}

/** What is known of a denominator. Where it is zero there is nothing to share out, so that either sign serves. */
export type Sign = 'positive' | 'negative' | 'any';

/** Half of what Zennit adds everywhere would do; equal numbers are worth more. */
export const usual: Stabiliser = { epsilon: 1e-6 };

/** Zero itself would divide zero by zero wherever a ReLU is closed. */
const LEAST = 1e-12;

/**
 * z moved away from zero, in the direction of its sign; zero counts as positive.
 * @param whole z with the values that do not matter here, and that yet count in its root mean square
 */
export function stabilised(b: Builder, z: Value, stabiliser: Stabiliser, sign: Sign = 'any', whole = z): Value {
  const { epsilon, clip, scaled } = stabiliser;
  const least = Math.max(epsilon, LEAST);
  const by = scaled ? b.max(b.mul(rootMeanSquare(b, whole), least), LEAST) : least;
  const negated = typeof by === 'number' ? -by : b.neg(by);
  if (sign === 'positive') return clip ? b.max(z, by) : b.add(z, by);
  if (sign === 'negative') return clip ? b.min(z, negated) : b.add(z, negated);
  const below = b.mask(b.less(z, 0), z);
  if (clip) {
    const direction = b.sub(1, b.mul(below, 2));
    return b.mul(direction, b.max(b.abs(z), by));
  }
  return b.sub(b.add(z, by), b.mul(below, typeof by === 'number' ? 2 * by : b.mul(by, 2)));
}

function rootMeanSquare(b: Builder, z: Value): Value {
  const axes = (z.shape ?? []).map((_, axis) => axis).slice(1);
  return b.sqrt(b.reduceMean(b.square(z), axes));
}
