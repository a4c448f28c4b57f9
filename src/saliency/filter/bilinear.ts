/** Bilinear resizing between pixel centres, two taps an axis: what OpenCV's INTER_LINEAR does, quick enough for every frame of a video. */
import type { Plane } from '../../image/image.js';
import { emptyPlane, type Size } from '../plane.js';
import { type Kernels, kernels } from '../simd/kernels.js';

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

/** Overwrites a plane with others, each brought to its size, added up. */
export function resizeInto(result: Plane, ...planes: readonly Plane[]): void {
  eachStrip(planes, result, (strip, at) => result.data.set(strip, at));
}

/** |plane - other|, or |plane + other| for sign 1, of the other plane brought to the plane's size, into a plane of that size. */
export function differenceFrom(plane: Plane, other: Plane, sign: 1 | -1, into: Plane): void {
  eachStrip([other], plane, (strip, at) => setDifference(into.data, plane.data, at, strip, sign));
}

function setDifference(into: Float32Array, data: Float32Array, at: number, strip: Float32Array, sign: 1 | -1): void {
  for (let i = 0; i < strip.length; i++) into[at + i] = Math.abs(data[at + i]! + sign * strip[i]!);
}

/** About how many pixels are made at a time: few enough to stay at hand until they are taken. */
const STRIP = 8192;
/** What kernels may touch behind a row or a strip. */
const SLACK = 32;

/** Calls `take` with one strip of rows after another of the sum of planes at a size, and where it begins. The next overwrites it. */
function eachStrip(planes: readonly Plane[], size: Size, take: (strip: Float32Array, at: number) => void): void {
  const { width, height } = size;
  const most = Math.max(1, Math.min(height, Math.floor(STRIP / width)));
  const stripBytes = 4 * most * width + SLACK;
  const plans: Plan[] = [];
  let bytes = 0;
  for (const plane of planes) {
    plans.push(planOf(plane, size, bytes));
    bytes = plans.at(-1)!.end;
  }
  const loops = kernels(bytes + 2 * stripBytes);
  const strip = new Float32Array(loops.memory, bytes, most * width);
  const [first, ...others] = planes.map((plane, i) => rowsOf(plane, size, loops, plans[i]!));
  for (let y = 0; y < height; y += most) {
    const rows = Math.min(most, height - y);
    first!(y, rows, bytes);
    for (const other of others) {
      other(y, rows, bytes + stripBytes);
      loops.add(bytes, bytes + stripBytes, rows * width);
    }
    take(rows === most ? strip : strip.subarray(0, rows * width), y * width);
  }
}

/** Where the memory holds what resizing a plane needs. */
interface Plan {
  /** Two of its rows, stretched to the result's width: row r and the next, whichever r is. */
  readonly stretched: readonly [even: number, odd: number];
  /** How far each row of the result lies from one of them to the other. */
  readonly fractions: number;
  /** How a row of the plane lies under a row of the result, and the row that is being stretched. */
  readonly starts: number;
  readonly ends: number;
  readonly row: number;
  readonly end: number;
}

function planOf(plane: Size, { width, height }: Size, at: number): Plan {
  const rowBytes = 8 * width + SLACK;
  const fractions = at + 2 * rowBytes;
  const starts = fractions + 8 * height;
  const ends = starts + 8 * (plane.width + 1);
  const row = ends + 4 * (plane.width + 1);
  return { stretched: [at, at + rowBytes], fractions, starts, ends, row, end: 8 * Math.ceil((row + 4 * plane.width) / 8) };
}

/**
 * A function that puts `count` rows of the plane at a size, from row y on, into a strip. Each row of the plane is stretched to the width once,
 * and what lies between two rows is made at once.
 */
function rowsOf(
  plane: Plane,
  { width, height }: Size,
  { memory, stretch, blend }: Kernels,
  plan: Plan,
): (y: number, count: number, out: number) => void {
  const { low, high, fraction } = twoTaps(plane.height, height);
  new Float64Array(memory, plan.fractions, height).set(fraction);
  const from = plane.width;
  setGaps(from, width, new Int32Array(memory, plan.ends, from + 1), new Float64Array(memory, plan.starts, from + 1));
  const row = new Float32Array(memory, plan.row, from);
  const held = [-1, -1];
  const placeOf = (y: number) => {
    const place = plan.stretched[y & 1]!;
    if (held[y & 1] !== y) {
      row.set(plane.data.subarray(y * from, (y + 1) * from));
      stretch(plan.row, from, plan.ends, plan.starts, from / width, place);
      held[y & 1] = y;
    }
    return place;
  };
  return (y, count, out) => {
    for (let first = y, end = y; first < y + count; first = end) {
      while (end < y + count && low[end] === low[first]) end++;
      const [upper, lower] = [placeOf(low[first]!), placeOf(high[first]!)];
      blend(upper, lower, plan.fractions + 8 * first, end - first, width, out + 4 * (first - y) * width);
    }
  };
}

/**
 * How a row of `from` values lies under one of `to`: gap k is between the centres of values k - 1 and k, and ends before the result's place
 * `ends[k]`; its first place lies `starts[k]` of the gap into it. Before the first value and behind the last there is a gap too, in which nothing
 * changes.
 */
function setGaps(from: number, to: number, ends: Int32Array, starts: Float64Array): void {
  const pitch = from / to;
  for (let k = 0, start = 0; k <= from; k++) {
    starts[k] = (start + 0.5) * pitch + 0.5 - k;
    ends[k] = k === from ? to : Math.max(start, Math.min(to, Math.ceil((k + 0.5) / pitch - 0.5)));
    start = ends[k]!;
  }
}
