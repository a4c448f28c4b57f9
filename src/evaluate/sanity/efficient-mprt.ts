/** Efficient parameter randomisation: does the map become more disordered when all weights are lost? */

/**
 * (H of the randomised model's map - H of the model's map) / H of the model's map, H the entropy of a histogram of the map's values. Unbounded, higher is
 * better: a trained model should give a more ordered map. Hedström et al. 2023 ("Sanity checks revisited"), equal to Quantus' `EfficientMPRT` with
 * 100 bins.
 *
 * Pitfalls: one extreme value squeezes all others into one bin; orderly is not the same as right. NaN where the model's map is constant (H 0).
 */
export function efficientMprt(original: ArrayLike<number>, randomised: ArrayLike<number>, bins = 100): number {
  const before = histogramEntropy(original, bins);
  return (histogramEntropy(randomised, bins) - before) / before;
}

/** Shannon entropy, in nats, of the shares of values in equal bins from the smallest to the largest value. */
export function histogramEntropy(values: ArrayLike<number>, bins = 100): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  if (!(high > low)) return 0;
  const counts = new Float64Array(bins);
  for (let i = 0; i < values.length; i++) {
    counts[Math.min(bins - 1, Math.floor(((values[i]! - low) / (high - low)) * bins))]!++;
  }
  return counts.reduce((sum, count) => (count > 0 ? sum - (count / values.length) * Math.log(count / values.length) : sum), 0);
}
