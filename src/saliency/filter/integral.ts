/** Integral images (summed-area tables): the sum of any rectangle from four numbers. */
import type { BytePlane } from '../colour/grey.js';

/** (width + 1) x (height + 1) sums; entry (x, y) is the sum of all values above and to the left of pixel (x, y). */
export interface Integral<T extends Float64Array | Int32Array> {
  readonly stride: number;
  readonly sums: T;
}

/** Sums in double precision, of one of several interleaved channels. Single precision would be wrong above 2^24. */
export function integral(
  { width, height, data }: { readonly width: number; readonly height: number; readonly data: ArrayLike<number> },
  channels = 1,
  channel = 0,
): Integral<Float64Array> {
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  for (let y = 0, at = channel; y < height; y++) {
    let row = 0;
    const above = y * stride + 1;
    for (let x = 0; x < width; x++, at += channels) {
      row += data[at]!;
      sums[above + stride + x] = sums[above + x]! + row;
    }
  }
  return { stride, sums };
}

/**
 * Sums of bytes in 32 bits. They wrap around on large pictures, and so do their differences: the sum of a rectangle of less than
 * 2^31 / 255 pixels (2900 x 2900) is right all the same, if it is taken with `| 0`.
 */
export function byteIntegral({ width, height, data }: BytePlane): Integral<Int32Array> {
  const stride = width + 1;
  const sums = new Int32Array(stride * (height + 1));
  for (let y = 0, at = 0; y < height; y++) {
    let row = 0;
    const above = y * stride + 1;
    for (let x = 0; x < width; x++, at++) {
      row += data[at]!;
      sums[above + stride + x] = (sums[above + x]! + row) | 0;
    }
  }
  return { stride, sums };
}

/** The sum over [left, right) x [top, bottom). */
export function rectangleSum(
  { stride, sums }: Integral<Float64Array>,
  left: number,
  top: number,
  right: number,
  bottom: number,
): number {
  const above = top * stride;
  const below = bottom * stride;
  return sums[below + right]! - sums[below + left]! - sums[above + right]! + sums[above + left]!;
}
