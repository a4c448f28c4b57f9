/** Solves small dense systems. */

/** x of A x = b for a symmetric positive definite matrix of n x n, by Cholesky's decomposition. Overwrites both. */
export function solveCholesky(matrix: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!;
      matrix[i * n + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * n + j]!;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) b[i]! -= matrix[i * n + k]! * b[k]!;
    b[i]! /= matrix[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) b[i]! -= matrix[k * n + i]! * b[k]!;
    b[i]! /= matrix[i * n + i]!;
  }
  return b;
}
