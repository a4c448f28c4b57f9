/** Lab in bytes as OpenCV computes it, in fixed point: L over 0 to 255, a and b moved by 128. */
import type { Picture } from '../picture.js';
import { type BytePlane, byteLevels } from './grey.js';

/** Linear light has 3 bits below a byte's, cube roots 15 bits, coefficients 12. */
const LIGHT = 255 * 8;
const ROOT_BITS = 15;
const COEFFICIENT_BITS = 12;

const lightOf = Int32Array.from({ length: 256 }, (_, level) => {
  const x = level / 255;
  return Math.round(LIGHT * (x > 0.04045 ? ((x + 0.055) / 1.055) ** 2.4 : x / 12.92));
});

const rootOf = Int32Array.from({ length: 1.5 * LIGHT }, (_, light) => {
  const x = light / LIGHT;
  return Math.round((1 << ROOT_BITS) * (x < 0.008856 ? x * 7.787 + 16 / 116 : Math.cbrt(x)));
});

/** Rows of RGB to XYZ, over the white of D65. */
const toXyz = [
  [0.412453 / 0.950456, 0.35758 / 0.950456, 0.180423 / 0.950456],
  [0.212671, 0.71516, 0.072169],
  [0.019334 / 1.088754, 0.119193 / 1.088754, 0.950227 / 1.088754],
].map((row) => row.map((coefficient) => Math.round(coefficient * (1 << COEFFICIENT_BITS)))) as [Row, Row, Row];

type Row = [number, number, number];

/** L, a and b as bytes, cv2.COLOR_RGB2Lab but for a pixel in ten thousand that is one level off; of a grey picture its grey, one plane. */
export function labBytes(picture: Picture): BytePlane[] {
  const { width, height, channels } = picture;
  const levels = byteLevels(picture);
  if (channels === 1) return [{ width, height, data: levels }];
  const lightness = new Uint8Array(width * height);
  const a = new Uint8Array(width * height);
  const b = new Uint8Array(width * height);
  const [toX, toY, toZ] = toXyz;
  for (let i = 0, at = 0; i < lightness.length; i++, at += 3) {
    const red = lightOf[levels[at]!]!;
    const green = lightOf[levels[at + 1]!]!;
    const blue = lightOf[levels[at + 2]!]!;
    const x = rootOf[rounded(toX[0] * red + toX[1] * green + toX[2] * blue, COEFFICIENT_BITS)]!;
    const y = rootOf[rounded(toY[0] * red + toY[1] * green + toY[2] * blue, COEFFICIENT_BITS)]!;
    const z = rootOf[rounded(toZ[0] * red + toZ[1] * green + toZ[2] * blue, COEFFICIENT_BITS)]!;
    // 116 y - 16 of 100, on 0 to 255.
    lightness[i] = byte(rounded(296 * y - 1336934, ROOT_BITS));
    a[i] = byte(rounded(500 * (x - y), ROOT_BITS) + 128);
    b[i] = byte(rounded(200 * (y - z), ROOT_BITS) + 128);
  }
  return [lightness, a, b].map((data) => ({ width, height, data }));
}

/** A number in fixed point as a whole number, halves up. */
function rounded(value: number, bits: number): number {
  return (value + (1 << (bits - 1))) >> bits;
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, value));
}
