/** Rows of a batch: cut apart, put together, and the class that is explained in each. */
import { fail } from '../errors.js';
import { elementCount, type FloatArray, firstNonFinite, type NdArray } from '../tensor/tensor.js';

/** Some rows of an array, without a copy. */
export function rowsOf<A extends NdArray>({ shape, data }: A, first: number, count: number): A {
  const size = elementCount(shape.slice(1));
  return { shape: [count, ...shape.slice(1)], data: data.subarray(first * size, (first + count) * size) } as unknown as A;
}

/** One row several times. */
export function repeated<A extends NdArray>(row: A, count: number): A {
  if (count === 1) return row;
  const { shape, data } = row;
  const all = new (data.constructor as new (length: number) => typeof data)(data.length * count);
  for (let i = 0; i < count; i++) all.set(data as never, i * data.length);
  return { shape: [count, ...shape.slice(1)], data: all } as unknown as A;
}

export function stacked(parts: readonly FloatArray[]): FloatArray {
  const [first] = parts;
  if (parts.length === 1 || !first) return first!;
  const data = new Float32Array(parts.reduce((length, part) => length + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { shape: [parts.reduce((rows, part) => rows + part.shape[0]!, 0), ...first.shape.slice(1)], data };
}

/** @throws UserError for an input without elements, or with NaN or infinite ones */
export function checkInput({ shape, data }: FloatArray): void {
  if (shape.some((size) => size === 0)) fail(`the input is empty: its shape is [${shape.join(', ')}]`);
  const bad = firstNonFinite(data);
  if (bad >= 0) fail(`the input is not finite: element ${bad} is ${data[bad]}`);
}

/**
 * One class index per row, -1 for the top one.
 * @param classes how many there are, where that is known
 */
export function targetRows(targets: readonly (number | 'top')[], batch: number, classes: number | undefined): number[] {
  if (targets.length !== 1 && targets.length !== batch) {
    fail(
      `there are ${targets.length} targets for ${batch} row${batch === 1 ? '' : 's'} of input: give one target, or one per row`,
    );
  }
  const rows = Array.from({ length: batch }, (_, row) => targets[targets.length === 1 ? 0 : row]!);
  for (const target of rows) {
    if (target === 'top') continue;
    if (!Number.isInteger(target) || target < 0 || (classes !== undefined && target >= classes)) {
      fail(
        `target ${target} is out of range: the model has ${classes ?? 'fewer'} classes, 0 to ${classes === undefined ? '?' : classes - 1}`,
      );
    }
  }
  return rows.map((target) => (target === 'top' ? -1 : target));
}
