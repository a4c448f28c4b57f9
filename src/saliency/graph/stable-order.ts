/** Sorts millions of weights, keeping the order of equals: a radix sort over the bits of floats. */

const DIGIT = 16;
const BINS = 1 << DIGIT;

/**
 * The indices of the weights from the smallest to the largest; equal weights keep their order. Weights are not negative.
 * They are sorted in single precision first; where that makes neighbours equal that are not, those are sorted again.
 */
export function stableOrder(weights: Float64Array): Uint32Array {
  const count = weights.length;
  const rounded = new Float32Array(count);
  for (let i = 0; i < count; i++) rounded[i] = weights[i]! + 0;
  // Bits of floats that are not negative are in the order of the numbers.
  const keys = new Uint32Array(rounded.buffer);
  let order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  let next = new Uint32Array(count);
  for (const shift of [0, DIGIT]) {
    const starts = startsOf(keys, shift);
    // A digit that all have in common sorts nothing.
    if (!starts) continue;
    for (let i = 0; i < count; i++) {
      const index = order[i]!;
      next[starts[(keys[index]! >>> shift) & (BINS - 1)]!++] = index;
    }
    [order, next] = [next, order];
  }
  sortRuns(order, keys, weights);
  return order;
}

/** Where each digit's numbers begin in the sorted order; nothing if all have the same digit. */
function startsOf(keys: Uint32Array, shift: number): Uint32Array | undefined {
  const starts = new Uint32Array(BINS);
  for (let i = 0; i < keys.length; i++) starts[(keys[i]! >>> shift) & (BINS - 1)]!++;
  if (keys.length === 0 || starts[(keys[0]! >>> shift) & (BINS - 1)] === keys.length) return undefined;
  let start = 0;
  for (let bin = 0; bin < BINS; bin++) {
    const inBin = starts[bin]!;
    starts[bin] = start;
    start += inBin;
  }
  return starts;
}

/** Sorts the runs of one key whose weights are not all equal. */
function sortRuns(order: Uint32Array, keys: Uint32Array, weights: Float64Array): void {
  for (let start = 0; start < order.length; ) {
    const key = keys[order[start]!]!;
    const weight = weights[order[start]!]!;
    let end = start + 1;
    let equal = true;
    while (end < order.length && keys[order[end]!] === key) equal = weights[order[end++]!] === weight && equal;
    // The sort of typed arrays is stable.
    if (!equal) order.subarray(start, end).sort((a, b) => weights[a]! - weights[b]! || a - b);
    start = end;
  }
}
