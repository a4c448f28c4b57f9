/** Arithmetic on planes: one float a pixel. */
import type { Plane } from '../image/image.js';

/** A plane in double precision, for where logarithms and phases magnify rounding. */
export interface Field {
  readonly width: number;
  readonly height: number;
  readonly data: Float64Array;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A plane of zeros. */
export function emptyPlane({ width, height }: Size): Plane {
  return { width, height, data: new Float32Array(width * height) };
}

/** A field of zeros. */
export function emptyField({ width, height }: Size): Field {
  return { width, height, data: new Float64Array(width * height) };
}

/** The smallest and the largest value. */
export function extremes(data: Float32Array | Float64Array): [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Scales values to 0 to 1 in place: (x - min) / (max - min), and 0 where all are equal. */
export function minMax<T extends Plane | Field>(map: T): T {
  const { data } = map;
  const [low, high] = extremes(data);
  if (!(high > low)) data.fill(0);
  else for (let i = 0; i < data.length; i++) data[i] = (data[i]! - low) / (high - low);
  return map;
}

/** Adds a plane to another of the same size in place, `weight` times. */
export function addTo(sum: Plane, { data }: Plane, weight = 1): void {
  for (let i = 0; i < data.length; i++) sum.data[i]! += weight * data[i]!;
}

/** The plane in single precision. */
export function toPlane({ width, height, data }: Field): Plane {
  return { width, height, data: new Float32Array(data) };
}
