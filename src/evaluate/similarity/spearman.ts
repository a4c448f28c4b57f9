/** Spearman's rank correlation of two maps. */
import { pearson } from '../statistics/moments.js';

/**
 * Pearson's correlation of the ranks, ties sharing their average rank. -1 to 1, 1 is the same order; 0 where one map is constant.
 * Equal to `scipy.stats.spearmanr`.
 *
 * Pitfall: of signed maps it compares signs foremost. Adebayo et al. (2018) report it for the values and for their magnitudes, and the
 * two can disagree: see {@link spearmanAbsolute}.
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(averageRanks(a), averageRanks(b));
}

/** The same of the magnitudes: blind to signs, so a map and its negative agree fully. */
export function spearmanAbsolute(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return spearman(Float64Array.from(a, Math.abs), Float64Array.from(b, Math.abs));
}

/** Ranks from 1; equal values share the mean of the ranks that they take up. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const order = Int32Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}
