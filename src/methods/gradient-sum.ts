/** What path and noise methods share: gradients at many points, multiplied and added up in the graph. */
import { elementCount } from '../tensor/tensor.js';
import { filled } from './batches.js';
import type { Progress, Row, Workbench } from './method.js';

/** Fills in one point of the input, and what its gradient is multiplied with, element by element. */
export type FillPoint = (i: number, point: Float32Array, factor: Float32Array) => void;

export interface Sums {
  /** sum of factor * gradient. */
  readonly sum: Float32Array;
  /** sum of factor * gradient². */
  readonly squares: Float32Array;
}

/** Yields what adds up the gradients at `count` points. The sum goes from batch to batch through the graph. */
export async function gradientSums({ load, shape, batch }: Pick<Workbench, 'load' | 'shape' | 'batch'>) {
  const piece = await load(({ b, feed, rows, input, gradient }) => {
    const factor = feed('factor', [rows, ...shape.slice(1)]);
    const g = b.cast(gradient(input), 'float32');
    const added = (name: string, terms: typeof g) => b.add(feed(name, shape), b.reduceSum(b.mul(factor, terms), [0]));
    return { sum: added('sum-before', g), squares: added('squares-before', b.square(g)) };
  });
  const size = elementCount(shape);
  return async function* (row: Row, count: number, fill: FillPoint): AsyncGenerator<Progress, Sums> {
    let [sum, squares] = [new Float32Array(size), new Float32Array(size)];
    for (let first = 0; first < count; first += batch.backward) {
      const rows = Math.min(batch.backward, count - first);
      const factor = filled(rows, shape.slice(1), () => {});
      const input = filled(rows, shape.slice(1), (i, point) =>
        fill(first + i, point, factor.data.subarray(i * size, (i + 1) * size)),
      );
      const before = { 'sum-before': { shape, data: sum }, 'squares-before': { shape, data: squares } };
      const results = await piece(row, { input, factor, ...before }, rows);
      [sum, squares] = [results.sum!.data as Float32Array<ArrayBuffer>, results.squares!.data as Float32Array<ArrayBuffer>];
      yield { done: first + rows, total: count };
    }
    return { sum, squares };
  };
}
