/** The discrete Fourier transform of any length: Stockham passes for small prime factors, Bluestein's convolution for large ones. */
import { type Kernels, kernels, MODULE_MEMORY } from '../simd/kernels.js';

/** Complex numbers, real and imaginary parts apart. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * Transforms `batch` signals of `length` at once, in place: element k of signal s is at k * batch + s (the columns of a matrix).
 * X[k] = sum_j x[j] exp(-2 pi i j k / length), without a factor. The inverse without 1/length is the same with re and im swapped.
 */
export type Transform = (re: Float64Array, im: Float64Array, batch?: number) => void;

const LARGEST_RADIX = 31;
const KEPT = 32;
const plans = new Map<number, Transform>();

/** The transform of a length. Tables are made once for the lengths used last. */
export function fft(length: number): Transform {
  const known = plans.get(length);
  if (known) return known;
  const factors = factorsOf(length);
  const plan = (factors.at(-1) ?? 1) > LARGEST_RADIX ? bluestein(length) : stockham(length, factors);
  if (plans.size >= KEPT) plans.delete(plans.keys().next().value!);
  plans.set(length, plan);
  return plan;
}

/** Fours first, then primes in ascending order. */
function factorsOf(length: number): number[] {
  const factors: number[] = [];
  let rest = length;
  for (let factor = 4; rest > 1; factor = factor === 4 ? 2 : factor === 2 ? 3 : factor + 2) {
    while (rest % factor === 0) {
      factors.push(factor);
      rest /= factor;
    }
    if (factor > LARGEST_RADIX && rest > 1) return [...factors, rest];
  }
  return factors;
}

interface Pass {
  readonly radix: number;
  /** What remains of the length after this pass. */
  readonly rest: number;
  /** exp(-2 pi i p j / (rest radix)) at p * radix + j. */
  readonly twiddles: Complex;
  /** exp(-2 pi i j k / radix) at j * radix + k. */
  readonly roots: Complex;
}

function stockham(length: number, factors: readonly number[]): Transform {
  let remaining = length;
  const passes = factors.map((radix): Pass => {
    const rest = remaining / radix;
    const twiddles = rootsOfUnity(rest * radix, (i) => Math.floor(i / radix) * (i % radix), remaining);
    remaining = rest;
    return { radix, rest, twiddles, roots: rootsOfUnity(radix * radix, (i) => Math.floor(i / radix) * (i % radix), radix) };
  });
  // As many signals at a time as the fast memory has room for.
  const most = Math.max(1, Math.floor((MODULE_MEMORY / 32 - 1) / length));
  return (re, im, batch = 1) => {
    for (let first = 0; first < batch; first += most) {
      const count = Math.min(most, batch - first);
      const size = length * count;
      // Kernels may touch one number behind each array.
      const imaginary = 8 * (size + 1);
      const { memory, butterfly } = kernels(4 * imaginary);
      let [from, to] = [0, 2 * imaginary].map((at) => ({
        at,
        re: new Float64Array(memory, at, size),
        im: new Float64Array(memory, at + imaginary, size),
      })) as [Area, Area];
      copyColumns(re, first, batch, from.re, 0, count, count);
      copyColumns(im, first, batch, from.im, 0, count, count);
      let stride = count;
      for (const pass of passes) {
        if (pass.radix === 4) radixFour(pass, from.at, to.at, imaginary, stride, butterfly);
        else anyRadix(pass, from, to, stride);
        stride *= pass.radix;
        [from, to] = [to, from];
      }
      copyColumns(from.re, 0, count, re, first, batch, count);
      copyColumns(from.im, 0, count, im, first, batch, count);
    }
  };
}

/** Copies `count` columns from matrix to matrix, of which each has its own width. */
function copyColumns(
  from: Float64Array,
  first: number,
  width: number,
  to: Float64Array,
  place: number,
  toWidth: number,
  count: number,
): void {
  if (width === count && toWidth === count) {
    to.set(from);
    return;
  }
  for (let a = first, b = place; a < from.length; a += width, b += toWidth) {
    for (let i = 0; i < count; i++) to[b + i] = from[a + i]!;
  }
}

/** Complex numbers in a memory, and where the real ones begin. */
interface Area extends Complex {
  readonly at: number;
}

function radixFour(
  { rest, twiddles: { re, im } }: Pass,
  from: number,
  to: number,
  imaginary: number,
  stride: number,
  butterfly: Kernels['butterfly'],
): void {
  const step = 8 * stride;
  for (let p = 0; p < rest; p++) {
    const [one, two, three] = [p * 4 + 1, p * 4 + 2, p * 4 + 3];
    const place = from + p * step;
    butterfly(
      place,
      to + 4 * p * step,
      imaginary,
      rest * step,
      stride,
      re[one]!,
      im[one]!,
      re[two]!,
      im[two]!,
      re[three]!,
      im[three]!,
    );
  }
}

function anyRadix(pass: Pass, { re: xr, im: xi }: Complex, { re: yr, im: yi }: Complex, stride: number): void {
  const { radix, rest, twiddles, roots } = pass;
  const part = rest * stride;
  for (let p = 0; p < rest; p++) {
    for (let j = 0; j < radix; j++) {
      const wr = twiddles.re[p * radix + j]!;
      const wi = twiddles.im[p * radix + j]!;
      const out = (p * radix + j) * stride;
      for (let q = 0; q < stride; q++) {
        let sumR = 0;
        let sumI = 0;
        for (let k = 0, at = p * stride + q; k < radix; k++, at += part) {
          const cr = roots.re[j * radix + k]!;
          const ci = roots.im[j * radix + k]!;
          sumR += xr[at]! * cr - xi[at]! * ci;
          sumI += xr[at]! * ci + xi[at]! * cr;
        }
        yr[out + q] = sumR * wr - sumI * wi;
        yi[out + q] = sumR * wi + sumI * wr;
      }
    }
  }
}

/** A transform of a length with a large prime factor, as a convolution with a chirp, whose length is a power of two. */
function bluestein(length: number): Transform {
  const padded = 2 ** Math.ceil(Math.log2(2 * length - 1));
  // exp(-pi i k^2 / length); k^2 is reduced first, since its angle would be large.
  const chirp = rootsOfUnity(length, (k) => (k * k) % (2 * length), 2 * length);
  const kernel: Complex = { re: new Float64Array(padded), im: new Float64Array(padded) };
  for (let k = 0; k < length; k++) {
    for (const at of k === 0 ? [0] : [k, padded - k]) {
      kernel.re[at] = chirp.re[k]! / padded;
      kernel.im[at] = -chirp.im[k]! / padded;
    }
  }
  const transform = fft(padded);
  transform(kernel.re, kernel.im);
  return (re, im, batch = 1) => {
    const ar = new Float64Array(padded * batch);
    const ai = new Float64Array(padded * batch);
    rotate({ re, im }, { re: ar, im: ai }, chirp, length, batch);
    transform(ar, ai, batch);
    rotate({ re: ar, im: ai }, { re: ar, im: ai }, kernel, padded, batch);
    transform(ai, ar, batch);
    rotate({ re: ar, im: ai }, { re, im }, chirp, length, batch);
  };
}

/** Multiplies element k of each signal by factor k. */
function rotate(from: Complex, to: Complex, factor: Complex, length: number, batch: number): void {
  for (let k = 0, at = 0; k < length; k++) {
    const fr = factor.re[k]!;
    const fi = factor.im[k]!;
    for (let s = 0; s < batch; s++, at++) {
      const r = from.re[at]!;
      const i = from.im[at]!;
      to.re[at] = r * fr - i * fi;
      to.im[at] = r * fi + i * fr;
    }
  }
}

/** exp(-2 pi i power(k) / order) for k below count. */
function rootsOfUnity(count: number, power: (k: number) => number, order: number): Complex {
  const angle = (k: number) => (-2 * Math.PI * (power(k) % order)) / order;
  return {
    re: Float64Array.from({ length: count }, (_, k) => Math.cos(angle(k))),
    im: Float64Array.from({ length: count }, (_, k) => Math.sin(angle(k))),
  };
}
