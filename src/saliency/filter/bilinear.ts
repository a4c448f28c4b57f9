/** Bilinear resizing between pixel centres, two taps an axis: what OpenCV's INTER_LINEAR does, quick enough for every frame of a video. */
import type { Plane } from '../../image/image.js';
import { emptyPlane } from '../plane.js';

/** For each resized pixel the first of two neighbouring source pixels, the second, and how far it lies between them. */
export interface TwoTaps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly fraction: Float64Array;
}

/** Centres are at halves: source = (i + 0.5) from / to - 0.5, held inside. No antialias. */
export function twoTaps(from: number, to: number): TwoTaps {
  const low = new Int32Array(to);
  const high = new Int32Array(to);
  const fraction = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const source = Math.max(0, Math.min(from - 1, ((i + 0.5) * from) / to - 0.5));
    low[i] = Math.floor(source);
    high[i] = Math.min(from - 1, low[i]! + 1);
    fraction[i] = source - low[i]!;
  }
  return { low, high, fraction };
}

/** The plane at another size; the same plane if it has that size already. */
export function resizeBilinear(plane: Plane, width: number, height: number): Plane {
  if (plane.width === width && plane.height === height) return plane;
  const result = emptyPlane({ width, height });
  intoRows(plane, result, setRow);
  return result;
}

/** Adds the plane, brought to the size of the sum, to the sum in place. */
export function addResized(sum: Plane, plane: Plane): void {
  intoRows(plane, sum, addRow);
}

/** Puts a row between two others, `fraction` of the way down, into the data from `start` on. */
type Blend = (upper: Float64Array, lower: Float64Array, fraction: number, data: Float32Array, start: number) => void;

const setRow: Blend = (upper, lower, fraction, data, start) => {
  for (let x = 0; x < upper.length; x++) {
    const first = upper[x]!;
    data[start + x] = first + (lower[x]! - first) * fraction;
  }
};

const addRow: Blend = (upper, lower, fraction, data, start) => {
  for (let x = 0; x < upper.length; x++) {
    const first = upper[x]!;
    data[start + x]! += first + (lower[x]! - first) * fraction;
  }
};

function intoRows(plane: Plane, { width, height, data }: Plane, blend: Blend): void {
  const columns = twoTaps(plane.width, width);
  const rows = twoTaps(plane.height, height);
  let upper = new Float64Array(width);
  let lower = new Float64Array(width);
  const gaps = new Float64Array(plane.width);
  let [upperRow, lowerRow] = [-1, -1];
  for (let y = 0; y < height; y++) {
    const low = rows.low[y]!;
    const high = rows.high[y]!;
    // Two neighbouring rows serve many rows of the result: the lower becomes the upper.
    if (low !== upperRow) {
      if (low === lowerRow) [upper, lower, upperRow, lowerRow] = [lower, upper, lowerRow, -1];
      else stretchRow(plane, low, columns, upper, gaps);
      upperRow = low;
    }
    if (high !== lowerRow) {
      stretchRow(plane, high, columns, lower, gaps);
      lowerRow = high;
    }
    blend(upper, lower, rows.fraction[y]!, data, y * width);
  }
}

/** A source row at the width of the result. Each gap between neighbours is taken once, however many pixels lie in it. */
function stretchRow({ width, data }: Plane, y: number, { low, fraction }: TwoTaps, into: Float64Array, gaps: Float64Array): void {
  const start = y * width;
  for (let x = 0; x < width - 1; x++) gaps[x] = data[start + x + 1]! - data[start + x]!;
  for (let x = 0; x < into.length; x++) {
    const first = low[x]!;
    into[x] = data[start + first]! + gaps[first]! * fraction[x]!;
  }
}
