/** CIE Lab of sRGB (D65, two degrees) with the constants of scikit-image's rgb2lab. */
import type { Plane } from '../../image/image.js';
import type { Picture } from '../picture.js';
import { emptyPlane } from '../plane.js';

const whiteX = 0.95047;
const whiteZ = 1.08883;

/** sRGB's inverse gamma. */
function linear(level: number): number {
  return level > 0.04045 ? ((level + 0.055) / 1.055) ** 2.4 : level / 12.92;
}

let byteTable: Float64Array | undefined;

/** The linear light of each byte. */
function linearBytes(): Float64Array {
  byteTable ??= Float64Array.from({ length: 256 }, (_, level) => linear(level / 255));
  return byteTable;
}

const ROOTS = 16384;
const roots = new Float64Array(ROOTS + 1);
for (let i = 0; i <= ROOTS; i++) roots[i] = Math.cbrt(i / ROOTS);

/** The cube root of CIE, straight near zero. A root from a table and one step of Halley's are right to 1e-9, in a third of the time. */
function response(t: number): number {
  if (t <= 0.008856) return 7.787 * t + 16 / 116;
  if (t > 1) return Math.cbrt(t);
  const near = roots[(t * ROOTS + 0.5) | 0]!;
  const cube = near * near * near;
  return (near * (cube + 2 * t)) / (2 * cube + t);
}

/**
 * Lab of a picture, interleaved: L 0 to 100, a and b about -128 to 127. A grey picture is R = G = B.
 * @param picture its floats may be double
 * @param into receives three numbers a pixel, in its own precision
 * @param normalise maps a level of 0 to 1 to another, before the conversion; for bytes it is called 256 times
 * @param ratio by which Lab is multiplied
 */
export function fillLab(
  picture: Omit<Picture, 'levels'> & { readonly levels: Picture['levels'] | Float64Array },
  into: Float32Array | Float64Array,
  { normalise, ratio = 1 }: { normalise?: (level: number) => number; ratio?: number } = {},
): void {
  const { width, height, channels, levels } = picture;
  const table = normalise ? Float64Array.from({ length: 256 }, (_, level) => linear(normalise(level / 255))) : linearBytes();
  const bytes = levels instanceof Uint8Array;
  const lightOf = normalise ? (level: number) => linear(normalise(level)) : linear;
  const second = channels === 3 ? 1 : 0;
  const third = channels === 3 ? 2 : 0;
  for (let i = 0, at = 0, out = 0; i < width * height; i++, at += channels, out += 3) {
    const r = bytes ? table[levels[at]!]! : lightOf(levels[at]!);
    const g = bytes ? table[levels[at + second]!]! : lightOf(levels[at + second]!);
    const b = bytes ? table[levels[at + third]!]! : lightOf(levels[at + third]!);
    const x = response((0.412453 * r + 0.35758 * g + 0.180423 * b) / whiteX);
    const y = response(0.212671 * r + 0.71516 * g + 0.072169 * b);
    const z = response((0.019334 * r + 0.119193 * g + 0.950227 * b) / whiteZ);
    into[out] = (116 * y - 16) * ratio;
    into[out + 1] = 500 * (x - y) * ratio;
    into[out + 2] = 200 * (y - z) * ratio;
  }
}

/** Lab interleaved in single precision, [H, W, 3]. */
export function labPixels(picture: Picture): Float32Array {
  const lab = new Float32Array(picture.width * picture.height * 3);
  fillLab(picture, lab);
  return lab;
}

/** L, a and b as planes. */
export function labPlanes(picture: Picture): [lightness: Plane, a: Plane, b: Plane] {
  const pixels = labPixels(picture);
  const channel = (offset: number): Plane => {
    const plane = emptyPlane(picture);
    for (let i = 0, at = offset; i < plane.data.length; i++, at += 3) plane.data[i] = pixels[at]!;
    return plane;
  };
  return [channel(0), channel(1), channel(2)];
}
