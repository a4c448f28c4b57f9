/** pySaliencyMap's filters for four orientations: 9 x 9 tables that mirror themselves, so that pixels are added up before they are weighted. */
import type { Plane } from '../../image/image.js';
import { reflect101 } from '../filter/border.js';
import { evenNine } from '../filter/nine-taps.js';
import { emptyPlane } from '../plane.js';

const RADIUS = 4;
const WAVE = (2 * Math.PI) / 3.75;
const DECAY = 0.431206;

const distances = [0, 1, 2, 3, 4];
/** Across and along the stripes of the upright filter: their product is its table. */
const across = distances.map((x) => Math.exp(-DECAY * x * x) * Math.cos(WAVE * x));
const along = distances.map((y) => Math.exp(-0.9 * DECAY * y * y));

/**
 * Its table at 45 degrees in closed form, to 2.4e-6: exp(-a (u^2 + 0.9 v^2)) cos(2 pi u / 3.75), u = (x - y) / sqrt 2 and v = (x + y) / sqrt 2.
 * That at 135 degrees is its mirror image.
 */
function diagonal(x: number, y: number): number {
  const u = (x - y) / Math.SQRT2;
  const v = (x + y) / Math.SQRT2;
  return Math.exp(-DECAY * (u * u + 0.9 * v * v)) * Math.cos(WAVE * u);
}

/** What both diagonals have in common, and in what they differ by sign: even and odd in x and in y. By row, then column. */
const shared = distances.map((y) => distances.map((x) => (diagonal(x, y) + diagonal(-x, y)) / 2));
const opposed = distances.map((y) => distances.map((x) => (diagonal(x, y) - diagonal(-x, y)) / 2));

/** A slip of the pen in the original's table at 45 degrees: one zero too few, at x = -3, y = 1. */
const slip = { x: -3, y: 1, excess: 0.00389916 - diagonal(-3, 1) } as const;

/** cv2.filter2D of a plane with the tables at 0, 45, 90 and 135 degrees. */
export function orientationAnswers(plane: Plane): Plane[] {
  const { width, height, data } = plane;
  const answers = [0, 1, 2, 3].map(() => emptyPlane(plane));
  const fold = foldedRows(plane);
  const places = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const row = new Float64Array(width + 2 * RADIUS);
  const [upright, level, even, odd] = [0, 1, 2, 3].map(() => new Float64Array(width)) as [Float64Array, ...Float64Array[]];
  for (let y = 0; y < height; y++) {
    const { sums, differences } = fold(y);
    weighted(sums, along, row);
    evenNine(row, places, across, upright, 0, width);
    weighted(sums, across, row);
    evenNine(row, places, along, level!, 0, width);
    even!.fill(0);
    odd!.fill(0);
    for (const d of distances) addEven(sums[d]!, shared[d]!, even!);
    for (const d of distances.slice(1)) addOdd(differences[d]!, opposed[d]!, odd!);
    const slipRow = reflect101(y + slip.y, height) * width;
    for (let x = 0, at = y * width; x < width; x++, at++) {
      answers[0]!.data[at] = upright[x]!;
      answers[1]!.data[at] = even![x]! + odd![x]!;
      answers[2]!.data[at] = level![x]!;
      answers[3]!.data[at] = even![x]! - odd![x]!;
    }
    for (let x = 0; x < width; x++)
      answers[1]!.data[y * width + x]! += slip.excess * data[slipRow + reflect101(x + slip.x, width)]!;
  }
  return answers;
}

interface Folded {
  /** At each distance 0 to 4 the sum of the rows below and above; at 0 the row itself. Four more columns on either side. */
  readonly sums: readonly Float64Array[];
  /** The row below less the row above. */
  readonly differences: readonly Float64Array[];
}

function foldedRows({ width, height, data }: Plane): (y: number) => Folded {
  const stride = width + 2 * RADIUS;
  const sums = distances.map(() => new Float64Array(stride));
  const differences = distances.map(() => new Float64Array(stride));
  const outside = distances
    .slice(1)
    .flatMap((d) => [-d, width - 1 + d].map((x) => [x + RADIUS, reflect101(x, width) + RADIUS] as const));
  return (y) => {
    for (const d of distances) {
      const above = reflect101(y - d, height) * width;
      const below = reflect101(y + d, height) * width;
      const [sum, difference] = [sums[d]!, differences[d]!];
      for (let x = 0; x < width; x++) {
        sum[x + RADIUS] = d === 0 ? data[below + x]! : data[below + x]! + data[above + x]!;
        difference[x + RADIUS] = data[below + x]! - data[above + x]!;
      }
      for (const [to, from] of outside) {
        sum[to] = sum[from]!;
        difference[to] = difference[from]!;
      }
    }
    return { sums, differences };
  };
}

function weighted(rows: readonly Float64Array[], taps: readonly number[], into: Float64Array): void {
  const [a, b, c, d, e] = rows as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const [t0, t1, t2, t3, t4] = taps as [number, number, number, number, number];
  for (let x = 0; x < into.length; x++) into[x] = t0 * a[x]! + t1 * b[x]! + t2 * c[x]! + t3 * d[x]! + t4 * e[x]!;
}

function addEven(row: Float64Array, taps: readonly number[], into: Float64Array): void {
  const [t0, t1, t2, t3, t4] = taps as [number, number, number, number, number];
  for (let x = 0; x < into.length; x++) {
    into[x]! +=
      t0 * row[x + 4]! +
      t1 * (row[x + 3]! + row[x + 5]!) +
      t2 * (row[x + 2]! + row[x + 6]!) +
      t3 * (row[x + 1]! + row[x + 7]!) +
      t4 * (row[x]! + row[x + 8]!);
  }
}

function addOdd(row: Float64Array, taps: readonly number[], into: Float64Array): void {
  const [, t1, t2, t3, t4] = taps as [number, number, number, number, number];
  for (let x = 0; x < into.length; x++) {
    into[x]! +=
      t1 * (row[x + 5]! - row[x + 3]!) +
      t2 * (row[x + 6]! - row[x + 2]!) +
      t3 * (row[x + 7]! - row[x + 1]!) +
      t4 * (row[x + 8]! - row[x]!);
  }
}
