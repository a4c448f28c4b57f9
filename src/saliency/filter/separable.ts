/** Filters a plane along its rows and then its columns, with any border. */
import type { Plane } from '../../image/image.js';
import type { Field } from '../plane.js';
import type { Border } from './border.js';
import type { Kernel } from './kernels.js';

/** What lies outside: pixels by a border rule, zeros, or nothing (the weights inside are scaled up to the kernel's sum). */
export type Outside = Border | 'zero' | 'renormalise';

/** Correlates with `across` along the rows and `down` along the columns; sums are double. */
export function separable<T extends Plane | Field>(map: T, across: Kernel, down: Kernel, outside: Outside): T {
  return filterColumns(filterRows(map, across, outside), down, outside);
}

export function filterRows<T extends Plane | Field>({ width, height, data }: T, kernel: Kernel, outside: Outside): T {
  const { taps, first } = kernel;
  const result = emptyLike(data, width * height);
  const row = new Float64Array(width + taps.length - 1);
  const sums = new Float64Array(width);
  const gains = gainsOf(kernel, width, outside);
  const border = typeof outside === 'function' ? outside : undefined;
  for (let y = 0; y < height; y++) {
    const start = y * width;
    for (let x = 0; x < width; x++) row[x - first] = data[start + x]!;
    if (border) {
      for (let i = first; i < 0; i++) row[i - first] = data[start + border(i, width)]!;
      for (let i = width; i < width + first + taps.length - 1; i++) row[i - first] = data[start + border(i, width)]!;
    }
    sums.fill(0);
    // Four taps at a time: the sums are read and written a quarter as often.
    let k = 0;
    for (; k + 4 <= taps.length; k += 4) {
      const [a, b, c, d] = [taps[k]!, taps[k + 1]!, taps[k + 2]!, taps[k + 3]!];
      for (let x = 0; x < width; x++)
        sums[x]! += a * row[x + k]! + b * row[x + k + 1]! + c * row[x + k + 2]! + d * row[x + k + 3]!;
    }
    for (; k < taps.length; k++) {
      const tap = taps[k]!;
      for (let x = 0; x < width; x++) sums[x]! += tap * row[x + k]!;
    }
    for (let x = 0; x < width; x++) result[start + x] = sums[x]! * gains[x]!;
  }
  return { width, height, data: result } as T;
}

export function filterColumns<T extends Plane | Field>({ width, height, data }: T, kernel: Kernel, outside: Outside): T {
  const { taps, first } = kernel;
  const result = emptyLike(data, width * height);
  const sums = new Float64Array(width);
  const gains = gainsOf(kernel, height, outside);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    const startOf = (k: number) => rowOf(y + first + k, height, outside) * width;
    let k = 0;
    for (; k + 4 <= taps.length; k += 4) {
      const [p, q, r, s] = [startOf(k), startOf(k + 1), startOf(k + 2), startOf(k + 3)];
      if (Math.min(p, q, r, s) < 0) break;
      const [a, b, c, d] = [taps[k]!, taps[k + 1]!, taps[k + 2]!, taps[k + 3]!];
      for (let x = 0; x < width; x++) sums[x]! += a * data[p + x]! + b * data[q + x]! + c * data[r + x]! + d * data[s + x]!;
    }
    for (; k < taps.length; k++) {
      const start = startOf(k);
      if (start < 0) continue;
      const tap = taps[k]!;
      for (let x = 0; x < width; x++) sums[x]! += tap * data[start + x]!;
    }
    const gain = gains[y]!;
    for (let x = 0; x < width; x++) result[y * width + x] = sums[x]! * gain;
  }
  return { width, height, data: result } as T;
}

/** The row that is read for one that may lie outside; negative if none is. */
function rowOf(row: number, height: number, outside: Outside): number {
  if (row >= 0 && row < height) return row;
  return typeof outside === 'function' ? outside(row, height) : -1;
}

/** By what the sum at each place is multiplied: 1, unless weights outside are left out and made up for. */
function gainsOf({ taps, first }: Kernel, size: number, outside: Outside): Float64Array {
  if (outside !== 'renormalise') return new Float64Array(size).fill(1);
  const total = taps.reduce((sum, tap) => sum + tap, 0);
  return Float64Array.from({ length: size }, (_, i) => {
    let inside = 0;
    for (let k = 0; k < taps.length; k++) if (i + first + k >= 0 && i + first + k < size) inside += taps[k]!;
    return inside === 0 ? 1 : total / inside;
  });
}

function emptyLike(data: Float32Array | Float64Array, length: number): Float32Array | Float64Array {
  return data instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
}
