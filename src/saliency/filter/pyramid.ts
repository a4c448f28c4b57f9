/** Gaussian pyramids: each level blurred and halved. */
import type { Plane } from '../../image/image.js';
import { emptyPlane } from '../plane.js';
import { reflect101 } from './border.js';

/**
 * Blurs by [1 4 6 4 1]/16 both ways, mirrored at the border, and keeps even rows and columns: cv2.pyrDown. Both sides are halved, rounded up.
 */
export function pyrDown(plane: Plane): Plane {
  const { width, height, data } = plane;
  const half = emptyPlane({ width: (width + 1) >> 1, height: (height + 1) >> 1 });
  // Two more columns on either side, so that the loop over a row needs no border.
  const row = new Float64Array(width + 4);
  for (let y = 0; y < half.height; y++) {
    const [a, b, c, d, e] = [-2, -1, 0, 1, 2].map((offset) => reflect101(2 * y + offset, height) * width) as [
      number,
      number,
      number,
      number,
      number,
    ];
    for (let x = 0; x < width; x++) {
      row[x + 2] = data[a + x]! + data[e + x]! + 4 * (data[b + x]! + data[d + x]!) + 6 * data[c + x]!;
    }
    row[0] = row[2 + reflect101(-2, width)]!;
    row[1] = row[2 + reflect101(-1, width)]!;
    row[width + 2] = row[2 + reflect101(width, width)]!;
    row[width + 3] = row[2 + reflect101(width + 1, width)]!;
    for (let x = 0, at = 0, out = y * half.width; x < half.width; x++, at += 2, out++) {
      half.data[out] = (row[at]! + row[at + 4]! + 4 * (row[at + 1]! + row[at + 3]!) + 6 * row[at + 2]!) / 256;
    }
  }
  return half;
}

/** Level 0, the plane itself, to the last level. */
export function pyramid(plane: Plane, last: number): Plane[] {
  const levels = [plane];
  for (let level = 1; level <= last; level++) levels.push(pyrDown(levels[level - 1]!));
  return levels;
}
