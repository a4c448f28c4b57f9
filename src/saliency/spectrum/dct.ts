/** The orthonormal cosine transform (DCT-II) and its inverse, of any length, by one complex transform each (Makhoul 1980). */
import { emptyField, type Field } from '../plane.js';
import { type Complex, fft } from './fft.js';
import { transposed } from './fft2.js';

/** scipy.fft.dctn(map, norm='ortho'). */
export function dct2(map: Field): Field {
  return bothWays(map, dct);
}

/** scipy.fft.idctn(map, norm='ortho'). */
export function inverseDct2(map: Field): Field {
  return bothWays(map, inverseDct);
}

function bothWays(
  { width, height, data }: Field,
  along: (columns: Float64Array, length: number, batch: number) => Float64Array,
): Field {
  const down = along(data, height, width);
  const across = along(transposed(down, width, height), width, height);
  const result = emptyField({ width, height });
  transposed(across, height, width, result.data);
  return result;
}

/** Of each column of a matrix of `length` rows. C[k] = Re(e^(-i pi k / 2n) FFT of the even samples followed by the odd ones reversed). */
function dct(columns: Float64Array, length: number, batch: number): Float64Array {
  const v: Complex = { re: new Float64Array(columns.length), im: new Float64Array(columns.length) };
  forEachSample(length, (sample, place) => v.re.set(columns.subarray(sample * batch, (sample + 1) * batch), place * batch));
  fft(length)(v.re, v.im, batch);
  const result = new Float64Array(columns.length);
  for (let k = 0; k < length; k++) {
    const angle = (Math.PI * k) / (2 * length);
    const [cos, sin] = [Math.cos(angle) * scaleOf(k, length), Math.sin(angle) * scaleOf(k, length)];
    for (let at = k * batch; at < (k + 1) * batch; at++) result[at] = v.re[at]! * cos + v.im[at]! * sin;
  }
  return result;
}

/** V[k] = e^(i pi k / 2n) (C[k] - i C[n - k]), then the same steps backwards. */
function inverseDct(columns: Float64Array, length: number, batch: number): Float64Array {
  const v: Complex = { re: new Float64Array(columns.length), im: new Float64Array(columns.length) };
  for (let k = 0; k < length; k++) {
    const angle = (Math.PI * k) / (2 * length);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const mirror = (length - k) * batch;
    for (let s = 0; s < batch; s++) {
      const c = columns[k * batch + s]! / scaleOf(k, length);
      const d = k === 0 ? 0 : columns[mirror + s]! / scaleOf(length - k, length);
      v.re[k * batch + s] = cos * c + sin * d;
      v.im[k * batch + s] = sin * c - cos * d;
    }
  }
  fft(length)(v.im, v.re, batch);
  const result = new Float64Array(columns.length);
  forEachSample(length, (sample, place) => {
    for (let s = 0; s < batch; s++) result[sample * batch + s] = v.re[place * batch + s]! / length;
  });
  return result;
}

/** Even samples in order, then odd ones in reverse. */
function forEachSample(length: number, visit: (sample: number, place: number) => void): void {
  for (let sample = 0; sample < length; sample++) visit(sample, sample % 2 === 0 ? sample / 2 : length - (sample + 1) / 2);
}

function scaleOf(k: number, length: number): number {
  return Math.sqrt((k === 0 ? 1 : 2) / length);
}
