/** Short symmetric filters on doubles: three or five taps both ways, in one go. */
import type { Field } from '../plane.js';
import { kernels } from '../simd/kernels.js';
import type { Border } from './border.js';

/** The weights of a pixel, of both its neighbours, and of both pixels beyond those. */
export type SymmetricTaps = readonly [middle: number, near: number, far: number];

/** Correlates with the taps along columns and rows; a row is filtered along itself while it is at hand. */
export function symmetric({ width, height, data }: Field, taps: SymmetricTaps, border: Border): Field {
  // Two more columns on either side of the row, so that filtering along it needs no border; kernels may touch one more.
  const rowAt = 32;
  const mapAt = rowAt + 8 * (width + 5);
  const outAt = mapAt + 8 * (data.length + 1);
  const { memory, five } = kernels(outAt + 8 * (data.length + 1));
  new Float64Array(memory, 0, 3).set(taps);
  new Float64Array(memory, mapAt, data.length).set(data);
  const row = new Float64Array(memory, rowAt, width + 4);
  const outside = [-2, -1, width, width + 1].map((x) => [x + 2, border(x, width) + 2] as const);
  const lineAt = (y: number) => mapAt + 8 * width * border(y, height);
  for (let y = 0; y < height; y++) {
    five(lineAt(y - 2), lineAt(y - 1), lineAt(y), lineAt(y + 1), lineAt(y + 2), 0, width, rowAt + 16);
    for (const [to, from] of outside) row[to] = row[from]!;
    five(rowAt, rowAt + 8, rowAt + 16, rowAt + 24, rowAt + 32, 0, width, outAt + 8 * y * width);
  }
  return { width, height, data: new Float64Array(memory, outAt, data.length).slice() };
}
