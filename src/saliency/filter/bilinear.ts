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
  resizeInto(result, plane);
  return result;
}

/** Overwrites a plane with another, brought to its size. */
export function resizeInto(result: Plane, plane: Plane): void {
  const { width, height, data } = result;
  const gaps = gapsOf(plane.width, width);
  const rows = twoTaps(plane.height, height);
  let y = 0;
  for (; y + 3 < height; y += 4) setFourRows(plane, rows, y, gaps, result);
  for (; y < height; y++) {
    eachGap(plane, rows, y, gaps, (value, step, from, end) => {
      for (let at = y * width + from, last = y * width + end, v = value; at < last; at++, v += step) data[at] = v;
    });
  }
}

/** Adds the plane, brought to the size of the sum, to the sum in place. */
export function addResized({ width, height, data }: Plane, plane: Plane): void {
  const gaps = gapsOf(plane.width, width);
  const rows = twoTaps(plane.height, height);
  for (let y = 0; y < height; y++) {
    eachGap(plane, rows, y, gaps, (value, step, from, end) => {
      for (let at = y * width + from, last = y * width + end, v = value; at < last; at++, v += step) data[at]! += v;
    });
  }
}

/** |plane - other|, or |plane + other| for sign 1, of the other plane brought to the plane's size, into a plane of that size. */
export function differenceFrom({ width, height, data }: Plane, other: Plane, sign: 1 | -1, into: Plane): void {
  const gaps = gapsOf(other.width, width);
  const rows = twoTaps(other.height, height);
  for (let y = 0; y < height; y++) {
    eachGap(other, rows, y, gaps, (value, step, from, end) => {
      for (let at = y * width + from, last = y * width + end, v = sign * value; at < last; at++, v += sign * step) {
        into.data[at] = Math.abs(data[at]! + v);
      }
    });
  }
}

/**
 * How a source row lies under a row of the result: gap k is between the centres of source pixels k - 1 and k, and ends before the result's
 * pixel `ends[k]`. Before the first and beyond the last there is one too, in which nothing changes.
 */
interface Gaps {
  readonly ends: Int32Array;
  /** How far the first pixel of the result in each gap lies into it, and how far apart pixels are: parts of the gap. */
  readonly starts: Float64Array;
  readonly pitch: number;
}

function gapsOf(from: number, to: number): Gaps {
  const pitch = from / to;
  const ends = new Int32Array(from + 1);
  const starts = new Float64Array(from + 1);
  for (let k = 0, start = 0; k <= from; k++) {
    starts[k] = (start + 0.5) * pitch + 0.5 - k;
    ends[k] = k === from ? to : Math.max(start, Math.min(to, Math.ceil((k + 0.5) / pitch - 0.5)));
    start = ends[k]!;
  }
  return { ends, starts, pitch };
}

/** Calls `fill` with the value at the first pixel of each gap, the step from pixel to pixel, and where the gap begins and ends. */
function eachGap(
  { width, data }: Plane,
  { low, high, fraction }: TwoTaps,
  y: number,
  { ends, starts, pitch }: Gaps,
  fill: (value: number, step: number, from: number, end: number) => void,
): void {
  const upper = low[y]! * width;
  const lower = high[y]! * width;
  const down = fraction[y]!;
  let left = data[upper]! + (data[lower]! - data[upper]!) * down;
  for (let k = 0, x = 0; k <= width; k++) {
    const next = k < width ? k : width - 1;
    const right = data[upper + next]! + (data[lower + next]! - data[upper + next]!) * down;
    fill(left + (right - left) * starts[k]!, (right - left) * pitch, x, ends[k]!);
    x = ends[k]!;
    left = right;
  }
}

/** Rows y to y + 3 of the result at once: what is known of a gap is then at hand for all of them, in a third of the time. */
function setFourRows(
  { width: from, data: source }: Plane,
  { low, high, fraction }: TwoTaps,
  y: number,
  { ends, starts, pitch }: Gaps,
  { width, data }: Plane,
): void {
  const [u0, u1, u2, u3] = [low[y]! * from, low[y + 1]! * from, low[y + 2]! * from, low[y + 3]! * from];
  const [l0, l1, l2, l3] = [high[y]! * from, high[y + 1]! * from, high[y + 2]! * from, high[y + 3]! * from];
  const [f0, f1, f2, f3] = [fraction[y]!, fraction[y + 1]!, fraction[y + 2]!, fraction[y + 3]!];
  let left0 = source[u0]! + (source[l0]! - source[u0]!) * f0;
  let left1 = source[u1]! + (source[l1]! - source[u1]!) * f1;
  let left2 = source[u2]! + (source[l2]! - source[u2]!) * f2;
  let left3 = source[u3]! + (source[l3]! - source[u3]!) * f3;
  const row = y * width;
  for (let k = 0, at = row; k <= from; k++) {
    const next = k < from ? k : from - 1;
    const right0 = source[u0 + next]! + (source[l0 + next]! - source[u0 + next]!) * f0;
    const right1 = source[u1 + next]! + (source[l1 + next]! - source[u1 + next]!) * f1;
    const right2 = source[u2 + next]! + (source[l2 + next]! - source[u2 + next]!) * f2;
    const right3 = source[u3 + next]! + (source[l3 + next]! - source[u3 + next]!) * f3;
    const start = starts[k]!;
    let a = left0 + (right0 - left0) * start;
    let b = left1 + (right1 - left1) * start;
    let c = left2 + (right2 - left2) * start;
    let d = left3 + (right3 - left3) * start;
    const stepA = (right0 - left0) * pitch;
    const stepB = (right1 - left1) * pitch;
    const stepC = (right2 - left2) * pitch;
    const stepD = (right3 - left3) * pitch;
    for (const end = row + ends[k]!; at < end; at++) {
      data[at] = a;
      data[at + width] = b;
      data[at + 2 * width] = c;
      data[at + 3 * width] = d;
      a += stepA;
      b += stepB;
      c += stepC;
      d += stepD;
    }
    left0 = right0;
    left1 = right1;
    left2 = right2;
    left3 = right3;
  }
}
