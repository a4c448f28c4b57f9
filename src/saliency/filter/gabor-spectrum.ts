/** Orientation energy by a Gabor filter of any shape, through the spectrum: for large kernels. */
import type { Plane } from '../../image/image.js';
import { emptyField, emptyPlane } from '../plane.js';
import { forward2, inverse2, spectrumOf } from '../spectrum/fft2.js';
import { replicate } from './border.js';
import { directions, type Gabor, gaborPair } from './gabor.js';

/**
 * |even| + |odd| at 0, 45, 90 and 135 degrees, the border repeated. Both phases make one complex kernel, and so one transform gives both
 * answers. Turning a kernel around only changes the sign of the odd answer: convolution serves for correlation.
 */
export function gaborEnergiesBySpectrum(plane: Plane, gabor: Gabor): Plane[] {
  const { radius } = gabor;
  const size = { width: quickLength(plane.width + 2 * radius), height: quickLength(plane.height + 2 * radius) };
  const padded = emptyField(size);
  for (let y = 0; y < plane.height + 2 * radius; y++) {
    const row = replicate(y - radius, plane.height) * plane.width;
    for (let x = 0; x < plane.width + 2 * radius; x++) {
      padded.data[y * size.width + x] = plane.data[row + replicate(x - radius, plane.width)]!;
    }
  }
  const picture = spectrumOf(padded);
  return directions.map((direction) => {
    const { even, odd } = gaborPair(gabor, direction);
    const re = new Float64Array(padded.data.length);
    const im = new Float64Array(padded.data.length);
    const side = 2 * radius + 1;
    for (let i = 0; i < even.length; i++) {
      const x = ((i % side) - radius + size.width) % size.width;
      const y = (Math.floor(i / side) - radius + size.height) % size.height;
      re[y * size.width + x] = even[i]!;
      im[y * size.width + x] = odd[i]!;
    }
    forward2({ re, im }, size);
    for (let i = 0; i < re.length; i++) {
      const real = re[i]! * picture.re[i]! - im[i]! * picture.im[i]!;
      im[i] = re[i]! * picture.im[i]! + im[i]! * picture.re[i]!;
      re[i] = real;
    }
    const answers = inverse2({ re, im }, size);
    const energy = emptyPlane(plane);
    for (let y = 0, out = 0; y < plane.height; y++) {
      for (let x = 0; x < plane.width; x++, out++) {
        const at = (y + radius) * size.width + x + radius;
        energy.data[out] = (Math.abs(answers.re[at]!) + Math.abs(answers.im[at]!)) / re.length;
      }
    }
    return energy;
  });
}

/** The next length with no prime factor above 5. */
function quickLength(least: number): number {
  for (let length = least; ; length++) {
    let rest = length;
    for (const factor of [2, 3, 5]) while (rest % factor === 0) rest /= factor;
    if (rest === 1) return length;
  }
}
