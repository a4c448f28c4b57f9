/** Short symmetric filters on doubles: three or five taps both ways, in one go. */
import { emptyField, type Field } from '../plane.js';
import type { Border } from './border.js';

/** The weights of a pixel, of both its neighbours, and of both pixels beyond those. */
export type SymmetricTaps = readonly [middle: number, near: number, far: number];

/**
 * Correlates with the taps along columns and rows; a row is at hand when it is filtered along itself, and no second map is needed.
 * @param into receives the answers; not the map itself
 */
export function symmetric(map: Field, [middle, near, far]: SymmetricTaps, border: Border, into = emptyField(map)): Field {
  const { width, height, data } = map;
  // Two more columns on either side, so that the loop over a row needs no border.
  const row = new Float64Array(width + 4);
  const outside = [-2, -1, width, width + 1].map((x) => [x + 2, border(x, width) + 2] as const);
  for (let y = 0; y < height; y++) {
    const at = (offset: number) => border(y + offset, height) * width;
    const [a, b, c, d, e] = [at(-2), at(-1), y * width, at(1), at(2)];
    // Three taps need no pixels beyond the neighbours: half the reading.
    if (far === 0) {
      for (let x = 0; x < width; x++) row[x + 2] = middle * data[c + x]! + near * (data[b + x]! + data[d + x]!);
    } else {
      for (let x = 0; x < width; x++) {
        row[x + 2] = middle * data[c + x]! + near * (data[b + x]! + data[d + x]!) + far * (data[a + x]! + data[e + x]!);
      }
    }
    for (const [to, from] of outside) row[to] = row[from]!;
    for (let x = 0; x < width; x++) {
      into.data[c + x] = middle * row[x + 2]! + near * (row[x + 1]! + row[x + 3]!) + far * (row[x]! + row[x + 4]!);
    }
  }
  return into;
}
