/** Which pixels of a row make a pixel of the resized row, and with what weight: the mathematics of resizing, one axis at a time. */

/** A reconstruction filter: half its width in source pixels, and its (unnormalised) value at a distance. */
interface Kernel {
  readonly support: number;
  readonly at: (x: number) => number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Pillow keeps the two numbers of the Hamming window in single precision. */
const kernels = {
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    at: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(Math.PI * x))),
  },
  bicubic: { support: 2, at: (x) => keys(Math.abs(x), -0.5) },
  lanczos: { support: 3, at: (x) => (Math.abs(x) >= 3 ? 0 : sinc(x) * sinc(x / 3)) },
} satisfies Record<string, Kernel>;

/** Keys' cubic convolution (1981), equation 4; Pillow uses a = -0.5. */
function keys(x: number, a: number): number {
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/** A filter that weighs several pixels. */
export type SmoothFilter = keyof typeof kernels;

/** Pillow's resampling filters. */
export type Filter = 'nearest' | SmoothFilter;

/** The filters by Pillow's numbering (`PIL.Image.Resampling`): 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, 4 box, 5 hamming. */
export const filters: readonly Filter[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

/** For each pixel of the resized row: the first source pixel it is made of, how many, and their weights, `stride` apart. */
export interface Taps {
  readonly stride: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Float64Array;
}

/**
 * The taps that turn the interval [start, end) of a row of `from` pixels into `to` pixels. Pixel centres are at halves. Weights of
 * one output pixel add up to 1; source pixels beyond the row are left out and the rest made up for, which for `bilinear` repeats the
 * border. An output pixel farther than the filter reaches from the row has no taps.
 * @param antialias widen the filter by the reduction factor, so that every source pixel counts; without it a strong reduction skips pixels
 */
export function taps(
  from: number,
  [start, end]: readonly [number, number],
  to: number,
  filter: SmoothFilter,
  antialias = true,
): Taps {
  const kernel: Kernel = kernels[filter];
  const scale = (end - start) / to;
  const widening = antialias ? Math.max(1, scale) : 1;
  const narrowing = 1 / widening;
  const support = kernel.support * widening;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Float64Array(to * stride);
  for (let i = 0; i < to; i++) {
    const center = start + (i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(center - support + 0.5));
    const high = Math.min(from, Math.trunc(center + support + 0.5));
    if (high <= low) continue;
    let total = 0;
    for (let x = low; x < high; x++) {
      const weight = kernel.at((x - center + 0.5) * narrowing);
      weights[i * stride + x - low] = weight;
      total += weight;
    }
    if (total === 0) continue;
    for (let k = 0; k < high - low; k++) weights[i * stride + k]! /= total;
    first[i] = low;
    count[i] = high - low;
  }
  return { stride, first, count, weights };
}

/** Which source pixel each pixel of the resized row repeats: the one its centre falls into. Steps add up as in Pillow, rounding and all. */
export function nearestTaps(from: number, [start, end]: readonly [number, number], to: number): Int32Array {
  const scale = (end - start) / to;
  let center = start + scale * 0.5;
  return Int32Array.from({ length: to }, () => {
    const pixel = Math.min(from - 1, Math.max(0, Math.floor(center)));
    center += scale;
    return pixel;
  });
}
