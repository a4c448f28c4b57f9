/** Runs in batches, with progress. */
import type { Progress } from './method.js';

/** One number for each of `count` items: `run` yields those of the items from `first` on. */
export async function* inBatches(
  count: number,
  batch: number,
  run: (first: number, size: number) => Promise<Float32Array>,
): AsyncGenerator<Progress, Float32Array> {
  const results = new Float32Array(count);
  for (let first = 0; first < count; first += batch) {
    results.set(await run(first, Math.min(batch, count - first)), first);
    yield { done: Math.min(first + batch, count), total: count };
  }
  return results;
}

/** Rows put together from a function that fills one. */
export function filled(rows: number, shape: readonly number[], fill: (row: number, into: Float32Array) => void) {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const data = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) fill(row, data.subarray(row * size, (row + 1) * size));
  return { shape: [rows, ...shape], data };
}

/** Consecutive indices as int64. */
export function indices(first: number, count: number) {
  return { shape: [count], data: BigInt64Array.from({ length: count }, (_, i) => BigInt(first + i)) };
}
