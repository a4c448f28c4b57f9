/** The area under the ROC curve in its rank form: the chance that a positive outranks a negative. */

/**
 * Mean over the positives of (share of negatives below + half the share that ties). 0 to 1, 0.5 is chance; a constant map gives 0.5.
 * Equal to `sklearn.metrics.roc_auc_score`, and to pysaliency's `general_rocs_per_positive`.
 */
export function rankAuc(positives: ArrayLike<number>, negatives: ArrayLike<number>): number {
  const sorted = Float64Array.from(negatives).sort();
  let sum = 0;
  for (let i = 0; i < positives.length; i++) {
    const below = countBelow(sorted, positives[i]!);
    const upTo = countUpTo(sorted, positives[i]!);
    sum += below + (upTo - below) / 2;
  }
  return sum / (positives.length * sorted.length);
}

const countBelow = (sorted: Float64Array, value: number): number => bisect(sorted, (v) => v < value);
const countUpTo = (sorted: Float64Array, value: number): number => bisect(sorted, (v) => v <= value);

/** How many elements from the start satisfy a condition that holds for a first part only. */
function bisect(sorted: Float64Array, holds: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
