/**
 * The two-dimensional Fourier transform: columns, turned, columns. Spectra lie on their side, with entry (kx, ky) at kx * height + ky, which
 * saves turning them there and back again.
 */
import type { Field, Size } from '../plane.js';
import { type Complex, fft } from './fft.js';

/** Half of the spectrum of a real map: ky = 0 to height / 2, at kx * rows + ky. The other half is F(-kx, -ky) = conj F(kx, ky). */
export interface HalfSpectrum extends Complex {
  readonly rows: number;
}

/** Half of the spectrum of a real map, on its side, unshifted: entry (0, 0) is the sum. */
export function halfSpectrumOf(map: Field): HalfSpectrum {
  const half = columnSpectra(map);
  fft(map.width)(half.re, half.im, half.rows);
  return half;
}

/** The whole spectrum of a real map. */
export function spectrumOf(map: Field): Complex {
  const { re, im, rows } = halfSpectrumOf(map);
  const { width, height } = map;
  const spectrum = { re: new Float64Array(width * height), im: new Float64Array(width * height) };
  for (let kx = 0; kx < width; kx++) {
    for (let ky = 0; ky < rows; ky++) {
      const from = kx * rows + ky;
      const at = kx * height + ky;
      const mirror = mirrored(kx, ky, map);
      spectrum.re[mirror] = re[from]!;
      spectrum.im[mirror] = -im[from]!;
      // Last, since an entry may be its own mirror image.
      spectrum.re[at] = re[from]!;
      spectrum.im[at] = im[from]!;
    }
  }
  return spectrum;
}

/** Where entry (-kx, -ky) of a whole spectrum is. */
export function mirrored(kx: number, ky: number, { width, height }: Size): number {
  return (kx === 0 ? 0 : width - kx) * height + (ky === 0 ? 0 : height - ky);
}

/** The spectrum of a complex map, on its side, in place. */
export function forward2({ re, im }: Complex, { width, height }: Size): void {
  fft(height)(re, im, width);
  if (width === 1) return;
  re.set(transposed(re, width, height));
  im.set(transposed(im, width, height));
  fft(width)(re, im, height);
}

/** From a spectrum on its side back to the complex map of a size, upright, without 1/N. Overwrites the spectrum. */
export function inverse2({ re, im }: Complex, { width, height }: Size): Complex {
  fft(width)(im, re, height);
  if (width === 1) {
    fft(height)(im, re, width);
    return { re, im };
  }
  const upright = { re: transposed(re, height, width), im: transposed(im, height, width) };
  fft(height)(upright.im, upright.re, width);
  return upright;
}

/**
 * The spectra of the columns of a real map for ky = 0 to height / 2, on their side: [width, rows]. Two columns at a time, one as the real
 * and one as the imaginary part: X = (Z(k) + conj Z(-k)) / 2 and Y = (Z(k) - conj Z(-k)) / 2i.
 */
function columnSpectra({ width, height, data }: Field): HalfSpectrum {
  const half = (width + 1) >> 1;
  const re = new Float64Array(half * height);
  const im = new Float64Array(half * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < half; x++) re[y * half + x] = data[row + x]!;
    for (let x = half; x < width; x++) im[y * half + x - half] = data[row + x]!;
  }
  fft(height)(re, im, half);
  const rows = (height >> 1) + 1;
  const turned = { re: new Float64Array(width * rows), im: new Float64Array(width * rows), rows };
  for (let k = 0; k < rows; k++) {
    const at = k * half;
    const mirror = (k === 0 ? 0 : height - k) * half;
    for (let x = 0; x < half; x++) {
      const first = x * rows + k;
      turned.re[first] = (re[at + x]! + re[mirror + x]!) / 2;
      turned.im[first] = (im[at + x]! - im[mirror + x]!) / 2;
      // The last column of an odd number is alone.
      if (x + half === width) continue;
      const second = (x + half) * rows + k;
      turned.re[second] = (im[at + x]! + im[mirror + x]!) / 2;
      turned.im[second] = (re[mirror + x]! - re[at + x]!) / 2;
    }
  }
  return turned;
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
