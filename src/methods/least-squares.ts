/** Weighted least squares by the normal equations and Cholesky's decomposition, in double precision. */

export interface Regression {
  /** One row of features for each observation. */
  readonly features: readonly ArrayLike<number>[];
  readonly values: ArrayLike<number>;
  readonly weights: ArrayLike<number>;
  /** Added to the diagonal: ridge regression. */
  readonly ridge: number;
}

/** Coefficients that minimise sum w (y - x.c)² + ridge |c|². */
export function leastSquares({ features, values, weights, ridge }: Regression): Float64Array {
  const count = features[0]?.length ?? 0;
  const matrix = Array.from({ length: count }, (_, i) => {
    const row = new Float64Array(count);
    row[i] = ridge;
    return row;
  });
  const right = new Float64Array(count);
  features.forEach((x, n) => {
    const [weight, value] = [weights[n]!, values[n]!];
    for (let i = 0; i < count; i++) {
      const scaled = weight * x[i]!;
      if (scaled === 0) continue;
      right[i]! += scaled * value;
      const row = matrix[i]!;
      for (let j = 0; j <= i; j++) row[j]! += scaled * x[j]!;
    }
  });
  return solve(matrix, right);
}

/** Solves A c = r for a symmetric A given by its lower triangle. A direction that A does not reach gets zero. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const n = right.length;
  const largest = matrix.reduce((most, row, i) => Math.max(most, row[i]!), 0);
  const result = right.slice();
  for (let i = 0; i < n; i++) {
    const row = matrix[i]!;
    for (let j = 0; j <= i; j++) {
      const other = matrix[j]!;
      let rest = row[j]!;
      for (let k = 0; k < j; k++) rest -= row[k]! * other[k]!;
      if (i !== j) row[j] = other[j]! > 0 ? rest / other[j]! : 0;
      else row[i] = rest > 1e-12 * largest ? Math.sqrt(rest) : 0;
    }
  }
  const divide = (value: number, by: number) => (by > 0 ? value / by : 0);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) result[i]! -= matrix[i]![k]! * result[k]!;
    result[i] = divide(result[i]!, matrix[i]![i]!);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) result[i]! -= matrix[k]![i]! * result[k]!;
    result[i] = divide(result[i]!, matrix[i]![i]!);
  }
  return result;
}
