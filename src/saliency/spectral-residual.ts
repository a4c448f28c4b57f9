/** Spectral residual: what in the amplitude spectrum sticks out of its own average, brought back to the picture. */
import type { Plane } from '../image/image.js';
import { byteGreyAt, floatGrey } from './colour/grey.js';
import { resizeBilinear, twoTaps } from './filter/bilinear.js';
import { type Border, reflect101, replicate } from './filter/border.js';
import { gaussianKernel } from './filter/kernels.js';
import { separable } from './filter/separable.js';
import { type SymmetricTaps, symmetric } from './filter/symmetric.js';
import { defineSaliency, type Show } from './method.js';
import type { Picture } from './picture.js';
import { emptyField, emptyPlane, extremes, type Field, minMax, toPlane } from './plane.js';
import { halfSpectrumOf, inverse2, mirrored } from './spectrum/fft2.js';
import { uprightShifted } from './spectrum/shift.js';
import { atWorkingSize } from './spectrum/working-size.js';

/** OpenCV works on a square of this side, whatever the picture's proportions. */
const SIDE = 64;
const threeMean: SymmetricTaps = [1 / 3, 1 / 3, 0];
/** cv2.getGaussianKernel(5, 8). */
const gaussian: SymmetricTaps = (({ taps }) => [taps[2]!, taps[1]!, taps[0]!] as const)(gaussianKernel(5, 8));

/** `opencv`: 0 to 1, the largest a little below 1 after resizing. `author`: 0 to 1 before resizing. */
export const spectralResidual = defineSaliency({
  name: 'spectral-residual',
  summary: 'residual of the log amplitude spectrum on 64 pixels, back in the picture, 0 to 1',
  reference: "Hou, Zhang, CVPR 2007; OpenCV's StaticSaliencySpectralResidual, or the authors' MATLAB lines",
  options: {
    variant: {
      type: 'choice',
      choices: ['opencv', 'author'],
      default: 'opencv',
      description: "OpenCV's numbers, or those of the authors' MATLAB lines",
    },
  },
  compute: (picture, { variant }, show) => (variant === 'opencv' ? opencv(picture, show) : author(picture, show)),
});

function opencv(picture: Picture, show?: Show): Plane {
  const map = residualMap(byteGreySquare(picture), { log: (magnitude) => Math.log(magnitude + 1), border: reflect101 }, show);
  const blurred = symmetric(map, gaussian, reflect101);
  const [, most] = extremes(blurred.data);
  const square = emptyPlane(blurred);
  if (most > 0) for (let i = 0; i < square.data.length; i++) square.data[i] = (blurred.data[i]! / most) ** 2;
  return resizeBilinear(square, picture.width, picture.height);
}

function author(picture: Picture, show?: Show): Plane {
  const small = atWorkingSize(floatGrey(picture));
  for (let i = 0; i < small.data.length; i++) small.data[i]! /= 255;
  const map = residualMap(small, { log: (m) => Math.log(Math.max(m, 1e-12)), border: replicate }, show);
  const { data } = map;
  for (let i = 0; i < data.length; i++) data[i] = (data[i]! / data.length) ** 2;
  const blurred = minMax(separable(map, gaussianKernel(10, 2.5), gaussianKernel(10, 2.5), 'zero'));
  return resizeBilinear(toPlane(blurred), picture.width, picture.height);
}

/** |inverse transform of exp(L - mean of L) with the phase of the spectrum|, L the log amplitude of the map; without 1/N. */
function residualMap(map: Field, { log, border }: { log: (magnitude: number) => number; border: Border }, show?: Show): Field {
  const { width, height } = map;
  const half = halfSpectrumOf(map);
  const amplitude = new Float64Array(half.re.length);
  // On its side, as the spectrum is; a mean over squares does not mind.
  const logAmplitude = emptyField({ width: height, height: width });
  for (let kx = 0, at = 0; kx < width; kx++) {
    for (let ky = 0; ky < half.rows; ky++, at++) {
      amplitude[at] = Math.sqrt(half.re[at]! * half.re[at]! + half.im[at]! * half.im[at]!);
      const value = log(amplitude[at]!);
      logAmplitude.data[kx * height + ky] = value;
      logAmplitude.data[mirrored(kx, ky, map)] = value;
    }
  }
  const mean = symmetric(logAmplitude, threeMean, border);
  if (show) {
    show('log amplitude', uprightShifted(logAmplitude));
    show('residual', uprightShifted({ ...mean, data: mean.data.map((value, i) => Math.abs(logAmplitude.data[i]! - value)) }));
  }
  const residual = { re: new Float64Array(width * height), im: new Float64Array(width * height) };
  for (let kx = 0, from = 0; kx < width; kx++) {
    for (let ky = 0; ky < half.rows; ky++, from++) {
      // No amplitude, no phase: the angle counts as 0.
      const cos = amplitude[from] === 0 ? 1 : half.re[from]! / amplitude[from]!;
      const sin = amplitude[from] === 0 ? 0 : half.im[from]! / amplitude[from]!;
      const at = kx * height + ky;
      const mirror = mirrored(kx, ky, map);
      const factor = Math.exp(logAmplitude.data[at]! - mean.data[at]!);
      // The mean at the border is not that on the other side: there the residual has no mirror image.
      const inside = kx > 1 && kx < width - 1 && ky > 1 && ky < height - 1;
      const opposite = inside ? factor : Math.exp(logAmplitude.data[mirror]! - mean.data[mirror]!);
      residual.re[mirror] = opposite * cos;
      residual.im[mirror] = -opposite * sin;
      residual.re[at] = factor * cos;
      residual.im[at] = factor * sin;
    }
  }
  const { re, im } = inverse2(residual, map);
  const result = emptyField(map);
  for (let i = 0; i < re.length; i++) result.data[i] = Math.sqrt(re[i]! * re[i]! + im[i]! * im[i]!);
  return result;
}

/**
 * The 8-bit grey of the picture at 64 x 64: cv2.resize(grey, INTER_LINEAR_EXACT), rounded. Only the pixels that it weighs are converted,
 * at most 16 384 of a picture of any size.
 */
function byteGreySquare(picture: Picture): Field {
  const { width, height, channels, levels } = picture;
  const grey = (pixel: number) => byteGreyAt(levels, channels, pixel);
  const columns = twoTaps(width, SIDE);
  const rows = twoTaps(height, SIDE);
  const square = emptyField({ width: SIDE, height: SIDE });
  for (let y = 0, at = 0; y < SIDE; y++) {
    const upper = rows.low[y]! * width;
    const lower = rows.high[y]! * width;
    const down = rows.fraction[y]!;
    for (let x = 0; x < SIDE; x++, at++) {
      const left = columns.low[x]!;
      const right = columns.high[x]!;
      const across = columns.fraction[x]!;
      const above = grey(upper + left) * (1 - across) + grey(upper + right) * across;
      const below = grey(lower + left) * (1 - across) + grey(lower + right) * across;
      square.data[at] = Math.floor(above * (1 - down) + below * down + 0.5);
    }
  }
  return square;
}
