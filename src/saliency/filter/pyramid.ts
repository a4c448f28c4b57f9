/** Gaussian pyramids: each level blurred and halved. */
import type { Plane } from '../../image/image.js';
import { emptyPlane, type Size } from '../plane.js';
import { reflect101 } from './border.js';

/** Puts row y of a picture's planes into one array a plane, from element 2 on. */
export type ReadRow = (y: number, rows: readonly Float64Array[]) => void;

/**
 * Blurs by [1 4 6 4 1]/16 both ways, mirrored at the border, and keeps even rows and columns: cv2.pyrDown. Both sides are halved, rounded up.
 */
export function pyrDown(plane: Plane): Plane {
  const { width, data } = plane;
  const read: ReadRow = (y, [row]) => {
    for (let x = 0, at = y * width; x < width; x++, at++) row![x + 2] = data[at]!;
  };
  return pyrDownOf(plane, 1, read)[0]!;
}

/**
 * The same of planes that are made row by row and never kept whole: of a large photo they would take the most memory and time. Of each plane
 * the last five rows are at hand, halved in width.
 */
export function pyrDownOf(size: Size, planes: number, read: ReadRow): Plane[] {
  const { width, height } = size;
  const half = { width: (width + 1) >> 1, height: (height + 1) >> 1 };
  const results = Array.from({ length: planes }, () => emptyPlane(half));
  const rows = results.map(() => new Float64Array(width + 4));
  const halves = results.map(() => new Float64Array(5 * half.width));
  const outside = [-2, -1, width, width + 1];
  const inside = outside.map((x) => reflect101(x, width) + 2);
  for (let y = 0, out = 0; y < height; y++) {
    read(y, rows);
    for (let i = 0; i < planes; i++) {
      const row = rows[i]!;
      for (let j = 0; j < 4; j++) row[outside[j]! + 2] = row[inside[j]!]!;
      halveRow(row, halves[i]!, (y % 5) * half.width, half.width);
    }
    for (; out < half.height && (2 * out + 2 <= y || y === height - 1); out++) {
      const at = [-2, -1, 0, 1, 2].map((offset) => (reflect101(2 * out + offset, height) % 5) * half.width);
      for (let i = 0; i < planes; i++) blendRows(halves[i]!, at, results[i]!.data, out * half.width, half.width);
    }
  }
  return results;
}

function halveRow(row: Float64Array, into: Float64Array, at: number, width: number): void {
  // Three of five pixels are those of the place before: they stay in registers.
  let a = row[0]!;
  let b = row[1]!;
  let c = row[2]!;
  for (let x = 0, i = 3; x < width; x++, i += 2) {
    const d = row[i]!;
    const e = row[i + 1]!;
    into[at + x] = a + e + 4 * (b + d) + 6 * c;
    a = c;
    b = d;
    c = e;
  }
}

/** The five rows that begin at the places, weighted. */
function blendRows(rows: Float64Array, places: readonly number[], into: Float32Array, at: number, width: number): void {
  const [a, b, c, d, e] = places as [number, number, number, number, number];
  for (let x = 0; x < width; x++) {
    into[at + x] = (rows[a + x]! + rows[e + x]! + 4 * (rows[b + x]! + rows[d + x]!) + 6 * rows[c + x]!) / 256;
  }
}

/** A plane and the levels above it: it is level `first`, and the last is level `last`. What lies below stays empty. */
export function pyramid(plane: Plane, last: number, first = 0): Plane[] {
  const levels = [...new Array<Plane>(first), plane];
  for (let level = first + 1; level <= last; level++) levels.push(pyrDown(levels[level - 1]!));
  return levels;
}
