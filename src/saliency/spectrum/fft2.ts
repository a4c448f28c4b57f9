/** The two-dimensional Fourier transform: columns, turned, columns, turned back. */
import type { Field, Size } from '../plane.js';
import { type Complex, fft } from './fft.js';

/** The spectrum of a real map, of its size, unshifted: entry (0, 0) is the sum. */
export function spectrumOf({ data }: Field, size: Size): Complex {
  const spectrum = { re: data.slice(), im: new Float64Array(data.length) };
  forward2(spectrum, size);
  return spectrum;
}

/** In place, without a factor. */
export function forward2({ re, im }: Complex, size: Size): void {
  transform2(re, im, size);
}

/** In place, without 1/N: the forward transform with both parts swapped. */
export function inverse2({ re, im }: Complex, size: Size): void {
  transform2(im, re, size);
}

function transform2(re: Float64Array, im: Float64Array, { width, height }: Size): void {
  fft(height)(re, im, width);
  if (width === 1) return;
  const turnedRe = transposed(re, width, height);
  const turnedIm = transposed(im, width, height);
  fft(width)(turnedRe, turnedIm, height);
  transposed(turnedRe, height, width, re);
  transposed(turnedIm, height, width, im);
}

/** The matrix of `height` rows and `width` columns, turned over its diagonal, in squares that fit the cache. */
export function transposed(
  matrix: Float64Array,
  width: number,
  height: number,
  into: Float64Array = new Float64Array(matrix.length),
): Float64Array {
  const block = 16;
  for (let top = 0; top < height; top += block) {
    const bottom = Math.min(height, top + block);
    for (let left = 0; left < width; left += block) {
      const right = Math.min(width, left + block);
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) into[x * height + y] = matrix[y * width + x]!;
    }
  }
  return into;
}
