/** Spectral residual: what in the amplitude spectrum sticks out of its own average, brought back to the picture. */
import type { Plane } from '../image/image.js';
import { byteOf, floatGrey, greyOf } from './colour/grey.js';
import { resizeBilinear, type TwoTaps, twoTaps } from './filter/bilinear.js';
import { reflect101, replicate } from './filter/border.js';
import { gaussianKernel, type Kernel } from './filter/kernels.js';
import { separable } from './filter/separable.js';
import { defineSaliency, type Show } from './method.js';
import type { Picture } from './picture.js';
import { emptyField, extremes, type Field, minMax, toPlane } from './plane.js';
import type { Complex } from './spectrum/fft.js';
import { inverse2, spectrumOf } from './spectrum/fft2.js';
import { shifted } from './spectrum/shift.js';
import { atWorkingSize } from './spectrum/working-size.js';

/** OpenCV works on a square of this side, whatever the picture's proportions. */
const SIDE = 64;
const threeMean: Kernel = { taps: Float64Array.of(1 / 3, 1 / 3, 1 / 3), first: -1 };

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
  const small = byteGreySquare(picture);
  const spectrum = spectrumOf(small, small);
  const map = residualMap(spectrum, small, { log: (magnitude) => Math.log(magnitude + 1), border: reflect101 }, show);
  const blurred = separable(map, gaussianKernel(5, 8), gaussianKernel(5, 8), reflect101);
  const { data } = blurred;
  for (let i = 0; i < data.length; i++) data[i] = data[i]! * data[i]!;
  const [, most] = extremes(data);
  if (most > 0) for (let i = 0; i < data.length; i++) data[i]! /= most;
  return resizeBilinear(toPlane(blurred), picture.width, picture.height);
}

function author(picture: Picture, show?: Show): Plane {
  const small = atWorkingSize(floatGrey(picture));
  for (let i = 0; i < small.data.length; i++) small.data[i]! /= 255;
  const spectrum = spectrumOf(small, small);
  const map = residualMap(spectrum, small, { log: (m) => Math.log(Math.max(m, 1e-12)), border: replicate }, show);
  const { data } = map;
  for (let i = 0; i < data.length; i++) data[i] = (data[i]! / data.length) ** 2;
  const blurred = minMax(separable(map, gaussianKernel(10, 2.5), gaussianKernel(10, 2.5), 'zero'));
  return resizeBilinear(toPlane(blurred), picture.width, picture.height);
}

/** |inverse transform of exp(L - mean of L) with the phase of the spectrum|, L the log amplitude; without 1/N. Overwrites the spectrum. */
function residualMap(
  { re, im }: Complex,
  size: Field,
  { log, border }: { log: (magnitude: number) => number; border: typeof replicate },
  show?: Show,
): Field {
  const magnitude = emptyField(size);
  const logAmplitude = emptyField(size);
  for (let i = 0; i < re.length; i++) {
    magnitude.data[i] = Math.sqrt(re[i]! * re[i]! + im[i]! * im[i]!);
    logAmplitude.data[i] = log(magnitude.data[i]!);
  }
  const mean = separable(logAmplitude, threeMean, threeMean, border);
  if (show) {
    const residual = emptyField(size);
    for (let i = 0; i < re.length; i++) residual.data[i] = Math.abs(logAmplitude.data[i]! - mean.data[i]!);
    show('log amplitude', shifted(logAmplitude));
    show('residual', shifted(residual));
  }
  for (let i = 0; i < re.length; i++) {
    const factor = Math.exp(logAmplitude.data[i]! - mean.data[i]!);
    // No magnitude, no phase: the angle counts as 0.
    if (magnitude.data[i] === 0) re[i] = factor;
    else {
      re[i]! *= factor / magnitude.data[i]!;
      im[i]! *= factor / magnitude.data[i]!;
    }
  }
  inverse2({ re, im }, size);
  for (let i = 0; i < re.length; i++) magnitude.data[i] = Math.sqrt(re[i]! * re[i]! + im[i]! * im[i]!);
  return magnitude;
}

/**
 * The 8-bit grey of the picture at 64 x 64: cv2.resize(grey, INTER_LINEAR_EXACT), rounded. Only the pixels that it weighs are converted,
 * at most 16 384 of a picture of any size.
 */
function byteGreySquare(picture: Picture): Field {
  const { width, height } = picture;
  const columns = twoTaps(width, SIDE);
  const rows = twoTaps(height, SIDE);
  const upper = new Uint8Array(2 * SIDE);
  const lower = new Uint8Array(2 * SIDE);
  const square = emptyField({ width: SIDE, height: SIDE });
  for (let y = 0; y < SIDE; y++) {
    greyOfPairs(picture, rows.low[y]! * width, columns, upper);
    greyOfPairs(picture, rows.high[y]! * width, columns, lower);
    const down = rows.fraction[y]!;
    for (let x = 0; x < SIDE; x++) {
      const across = columns.fraction[x]!;
      const above = upper[2 * x]! * (1 - across) + upper[2 * x + 1]! * across;
      const below = lower[2 * x]! * (1 - across) + lower[2 * x + 1]! * across;
      square.data[y * SIDE + x] = Math.floor(above * (1 - down) + below * down + 0.5);
    }
  }
  return square;
}

/** The greys of the two pixels of each column's taps, in the row that starts at a pixel. */
function greyOfPairs({ channels, levels }: Picture, row: number, { low, high }: TwoTaps, into: Uint8Array): void {
  const bytes = levels instanceof Uint8Array;
  for (let i = 0; i < into.length; i++) {
    const at = (row + (i & 1 ? high : low)[i >> 1]!) * channels;
    const red = bytes ? levels[at]! : byteOf(levels[at]!);
    if (channels === 1) into[i] = red;
    else if (bytes) into[i] = greyOf(red, levels[at + 1]!, levels[at + 2]!);
    else into[i] = greyOf(red, byteOf(levels[at + 1]!), byteOf(levels[at + 2]!));
  }
}
