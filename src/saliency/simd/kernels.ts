/** Inner loops on a memory, by WebAssembly's SIMD where the engine has it, else in TypeScript; both give the same bits. */
import { moduleBytes } from './module-bytes.js';
import { plainKernels } from './plain-kernels.js';

/** Loops, and the memory they work on, which the next caller overwrites: nothing may be left there. Places are in bytes. */
export interface Kernels {
  readonly memory: ArrayBuffer;
  /**
   * A row of `from` floats at another width, bilinearly, as doubles with room for one more. Gap k lies between values k - 1 and k of the row, with
   * one more before the first and behind the last; the result's places in it end before `ends[k]` (integers). The first lies `starts[k]` into it,
   * and each next one `pitch` farther, as parts of the gap.
   */
  readonly stretch: (row: number, from: number, ends: number, starts: number, pitch: number, out: number) => void;
  /**
   * Rows between two others: out[r * width + x] = upper[x] + (lower[x] - upper[x]) * fractions[r]. Doubles, in multiples of 8 bytes; `out` is
   * floats, and needs room for three more.
   */
  readonly blend: (upper: number, lower: number, fractions: number, rows: number, width: number, out: number) => void;
  /**
   * What mirrors itself about the middle: out[i] = weights[0] * c[i] + weights[1] * (b[i] + d[i]) + weights[2] * (a[i] + e[i]). Doubles; all
   * need room for one more.
   */
  readonly five: (a: number, b: number, c: number, d: number, e: number, weights: number, count: number, out: number) => void;
  /**
   * One step of a Fourier transform, on `count` signals side by side: the four values of each, a quarter of the signal apart, become the values
   * of its transform of length 4, one after the other, times 1, w1, w2 and w3. Doubles; imaginary parts lie `im` bytes behind the real ones,
   * and may be followed by one more.
   */
  readonly butterfly: (
    from: number,
    to: number,
    im: number,
    quarter: number,
    count: number,
    ...w: readonly [re1: number, im1: number, re2: number, im2: number, re3: number, im3: number]
  ) => void;
  /** sum[i] += values[i], floats; both need room for three more. */
  readonly add: (sum: number, values: number, count: number) => void;
  /** Floats as doubles; both need room for three more, as those below. */
  readonly widen: (from: number, count: number, out: number) => void;
  /** Doubles as floats. */
  readonly narrow: (from: number, count: number, out: number) => void;
  /** out[x] = row[2x] + 4 row[2x + 1] + 6 row[2x + 2] + 4 row[2x + 3] + row[2x + 4]. Doubles. */
  readonly halve: (row: number, count: number, out: number) => void;
  /**
   * Of pixels of three floats r, g, b the sum times `scale`, and the differences R - G and B - Y of Itti, Koch and Niebur, over the sum where that
   * is above `dark`, else 0. R = max(0, r - (g + b) / 2), and so on; Y = max(0, (r + g) / 2 - |r - g| / 2 - b). Doubles.
   */
  readonly opponents: (
    pixels: number,
    count: number,
    scale: number,
    dark: number,
    intensity: number,
    redGreen: number,
    blueYellow: number,
  ) => void;
  /**
   * Where a row of floats is above its neighbours on both sides and all six in the rows above and below: the places from 1 to width - 2, as
   * integers. Returns how many.
   */
  readonly peaks: (above: number, row: number, below: number, width: number, out: number) => number;
}

/** The module's memory, which never grows. */
export const MODULE_MEMORY = 2 ** 20;

let shared: Kernels | null | undefined;

/** Loops on a memory of at least so many bytes. Within MODULE_MEMORY it is the same each time; beyond, it is made for the caller. */
export function kernels(bytes: number): Kernels {
  if (shared === undefined) shared = simdKernels();
  return shared && bytes <= MODULE_MEMORY ? shared : plainKernels(bytes);
}

/** The compiled loops; null where there is no WebAssembly, no SIMD, or a page's policy forbids compiling. */
export function simdKernels(): Kernels | null {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(moduleBytes)) return null;
  try {
    // Small enough for the main thread of a browser, where only modules below 4 KiB may be compiled at once.
    const { memory, ...loops } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes)).exports;
    return { memory: (memory as WebAssembly.Memory).buffer, ...loops } as Kernels;
  } catch {
    return null;
  }
}
