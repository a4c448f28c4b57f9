/** Where a filter looks when it leaves the picture: indices brought back inside, at any distance and for any size. */

/** `dcb|abcd|cba`: OpenCV's default, SciPy's `mirror`. The border pixel is not repeated. */
export function reflect101(index: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const within = ((index % period) + period) % period;
  return within < size ? within : period - within;
}

/** `cba|abcd|dcb`: MATLAB's `symmetric`, SciPy's `reflect`. The border pixel is repeated. */
export function symmetric(index: number, size: number): number {
  const period = 2 * size;
  const within = ((index % period) + period) % period;
  return within < size ? within : period - 1 - within;
}

/** `aaa|abcd|ddd`. */
export function replicate(index: number, size: number): number {
  return Math.max(0, Math.min(size - 1, index));
}

/** How an index outside 0 to size - 1 is brought inside. */
export type Border = (index: number, size: number) => number;

/** The indices first to first + count - 1, brought inside. */
export function bordered(border: Border, first: number, count: number, size: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => border(first + i, size));
}
