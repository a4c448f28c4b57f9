/** A sum with the roundings of NumPy's, for thresholds that values equal to the last digit. */

/** Sums halves of up to 128 numbers, each in eight running sums: as `numpy.sum` of a contiguous array of doubles. */
export function pairwiseSum(values: Float64Array): number {
  const n = values.length;
  if (n < 8) return values.reduce((sum, value) => sum + value, 0);
  if (n > 128) {
    const half = (n >> 1) - ((n >> 1) % 8);
    return pairwiseSum(values.subarray(0, half)) + pairwiseSum(values.subarray(half));
  }
  const sums = values.slice(0, 8);
  const whole = n - (n % 8);
  for (let i = 8; i < whole; i++) sums[i % 8]! += values[i]!;
  const [a, b, c, d, e, f, g, h] = sums as unknown as [number, number, number, number, number, number, number, number];
  let sum = a + b + (c + d) + (e + f + (g + h));
  for (let i = whole; i < n; i++) sum += values[i]!;
  return sum;
}
