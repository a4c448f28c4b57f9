/** Gaussian pyramids: each level blurred and halved. */
import type { Plane } from '../../image/image.js';
import { emptyPlane, type Size } from '../plane.js';
import { type Kernels, kernels } from '../simd/kernels.js';
import { reflect101 } from './border.js';

/**
 * Puts row y of a picture's planes into one array a plane. The arrays lie in the memory of the loops, each where its `byteOffset` says, and so
 * does room for what the loops are to read: three floats a pixel.
 */
export type ReadRow = (y: number, rows: readonly Float64Array[], room: Float32Array, loops: Kernels) => void;

/**
 * Blurs by [1 4 6 4 1]/16 both ways, mirrored at the border, and keeps even rows and columns: cv2.pyrDown. Both sides are halved, rounded up.
 */
export function pyrDown(plane: Plane): Plane {
  const { width, data } = plane;
  const read: ReadRow = (y, [row], room, { widen }) => {
    room.set(data.subarray(y * width, (y + 1) * width));
    widen(room.byteOffset, width, row!.byteOffset);
  };
  return pyrDownOf(plane, 1, read)[0]!;
}

const binomial = [6 / 256, 4 / 256, 1 / 256];

/**
 * The same of planes that are made row by row and never kept whole: of a large photo they would take the most memory and time. Of each plane
 * the last five rows are at hand, halved in width.
 */
export function pyrDownOf(size: Size, planes: number, read: ReadRow): Plane[] {
  const { width, height } = size;
  const half = { width: (width + 1) >> 1, height: (height + 1) >> 1 };
  const results = Array.from({ length: planes }, () => emptyPlane(half));

  // With two more columns on either side, and with what loops may touch behind a row.
  const rowBytes = 8 * (width + 8);
  const halfBytes = 8 * (half.width + 1);
  const planeBytes = rowBytes + 5 * halfBytes;
  const blendedAt = 32 + planes * planeBytes;
  const lineAt = blendedAt + halfBytes;
  const roomAt = lineAt + halfBytes;
  const loops = kernels(roomAt + 12 * width + 16);
  new Float64Array(loops.memory, 0, 3).set(binomial);
  const rowAt = (plane: number) => 32 + plane * planeBytes;
  /** Row y, halved in width, lies in one of five places. */
  const halvedAt = (plane: number, y: number) => rowAt(plane) + rowBytes + (y % 5) * halfBytes;

  const bordered = results.map((_, plane) => new Float64Array(loops.memory, rowAt(plane), width + 4));
  const rows = bordered.map((row) => row.subarray(2, width + 2));
  const room = new Float32Array(loops.memory, roomAt, 3 * width);
  const line = new Float32Array(loops.memory, lineAt, half.width);
  const outside = [-2, -1, width, width + 1].map((x) => [x + 2, reflect101(x, width) + 2] as const);

  const blend = (plane: number, y: number) => {
    const at = (offset: number) => halvedAt(plane, reflect101(y + offset, height));
    loops.five(at(-2), at(-1), at(0), at(1), at(2), 0, half.width, blendedAt);
    loops.narrow(blendedAt, half.width, lineAt);
    results[plane]!.data.set(line, (y / 2) * half.width);
  };

  for (let y = 0, out = 0; y < height; y++) {
    read(y, rows, room, loops);
    for (let plane = 0; plane < planes; plane++) {
      const row = bordered[plane]!;
      for (const [to, from] of outside) row[to] = row[from]!;
      loops.halve(rowAt(plane), half.width, halvedAt(plane, y));
    }
    for (; out < half.height && (2 * out + 2 <= y || y === height - 1); out++) {
      for (let plane = 0; plane < planes; plane++) blend(plane, 2 * out);
    }
  }
  return results;
}

/** A plane and the levels above it: it is level `first`, and the last is level `last`. What lies below stays empty. */
export function pyramid(plane: Plane, last: number, first = 0): Plane[] {
  const levels = [...new Array<Plane>(first), plane];
  for (let level = first + 1; level <= last; level++) levels.push(pyrDown(levels[level - 1]!));
  return levels;
}
