/** How sure a mean over images is. */
import { random } from '../../tensor/random.js';
import { percentile } from '../sanity/preparation.js';
import { mean } from './moments.js';

export interface Estimate {
  readonly mean: number;
  /** Number of images. */
  readonly n: number;
  /** Bounds of the interval; undefined for fewer than two images, of which no spread is known. */
  readonly low?: number;
  readonly high?: number;
}

/**
 * The mean, and its interval by the percentile bootstrap over images (Efron 1979): resampled with repetition, 2000 times. Values that are not finite
 * are left out and lower n.
 *
 * Pitfalls: with fewer than about ten images the interval is too narrow; it speaks of images like these, not of others.
 */
export function bootstrapMean(values: readonly number[], { samples = 2000, confidence = 0.95, seed = 0 } = {}): Estimate {
  const known = values.filter(Number.isFinite);
  const n = known.length;
  if (n < 2) return { mean: n === 1 ? known[0]! : Number.NaN, n };
  const { below } = random(seed);
  const means = Array.from({ length: samples }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += known[below(n)]!;
    return sum / n;
  });
  const tail = (1 - confidence) / 2;
  return { mean: mean(known), n, low: percentile(means, tail), high: percentile(means, 1 - tail) };
}
