/** Mean, spread and Pearson correlation. */

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** The standard deviation; over N, or over N - 1 with `sample`. */
export function standardDeviation(values: ArrayLike<number>, sample = false): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return Math.sqrt(sum / (values.length - (sample ? 1 : 0)));
}

/**
 * Pearson's correlation, -1 to 1; 0 where one side is constant (undefined there: SciPy gives NaN).
 * Only linear relations count, and one outlier can make it: see {@link file://./spearman.ts} for ranks.
 */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  let [constantA, constantB] = [true, true];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [a[i]! - meanA, b[i]! - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
    if (a[i] !== a[0]) constantA = false;
    if (b[i] !== b[0]) constantB = false;
  }
  return constantA || constantB ? 0 : ab / Math.sqrt(aa * bb);
}
