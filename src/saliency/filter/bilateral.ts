/** The bilateral filter where values differ by little: a Gaussian blur in which pixels of other values count slightly less. */
import type { Plane } from '../../image/image.js';
import { emptyPlane } from '../plane.js';
import { bordered, reflect101 } from './border.js';

/**
 * cv2.bilateralFilter on floats: a disk of the radius, weights exp(-d^2 / 2 place^2 - dv^2 / 2 value^2), mirrored at the border.
 *
 * With `value` far above the differences dv within the disk, exp(-t) is 1 - t with an error of t^2 / 2. The sums over the disk are then
 * those of the values, their squares and cubes, each a blur of rows and of columns; the error for dv up to value / 10 is 1e-5.
 */
export function mildBilateral(plane: Plane, { radius, value, place }: { radius: number; value: number; place: number }): Plane {
  const { width, height, data } = plane;
  const result = emptyPlane(plane);
  const k = 1 / (2 * value * value);
  const bell = Float64Array.from({ length: radius + 1 }, (_, d) => Math.exp(-(d * d) / (2 * place * place)));
  const reach = Int32Array.from({ length: radius + 1 }, (_, d) => Math.floor(Math.sqrt(radius * radius - d * d)));
  let mass = 0;
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -reach[Math.abs(dy)]!; dx <= reach[Math.abs(dy)]!; dx++) mass += bell[Math.abs(dy)]! * bell[Math.abs(dx)]!;
  }
  const rows = Array.from({ length: 2 * radius + 1 }, () => new Float64Array(3 * (radius + 1) * width));
  const columns = bordered(reflect101, -radius, width + 2 * radius, width);
  const padded = new Float64Array(width + 2 * radius);
  // Row y of the picture is at y mod (2 radius + 1); rows outside are read from their mirror image, which is no farther than `radius`.
  const fill = (y: number) => {
    const start = reflect101(y, height) * width;
    for (let x = 0; x < padded.length; x++) padded[x] = data[start + columns[x]!]!;
    sumsOfRow(padded, bell, radius, rows[modulo(y, rows.length)]!);
  };
  for (let y = -radius; y < radius; y++) fill(y);
  const moments = new Float64Array(3 * width);
  for (let y = 0; y < height; y++) {
    fill(y + radius);
    moments.fill(0);
    for (let dy = -radius; dy <= radius; dy++) {
      const row = rows[modulo(y + dy, rows.length)]!;
      const weight = bell[Math.abs(dy)]!;
      const from = reach[Math.abs(dy)]! * 3 * width;
      for (let i = 0; i < moments.length; i++) moments[i]! += weight * row[from + i]!;
    }
    for (let x = 0, out = y * width; x < width; x++, out++) {
      const c = data[out]!;
      const m1 = moments[3 * x]!;
      const m2 = moments[3 * x + 1]!;
      const m3 = moments[3 * x + 2]!;
      const sum = m1 - k * (m3 - 2 * c * m2 + c * c * m1);
      result.data[out] = sum / (mass - k * (m2 - 2 * c * m1 + c * c * mass));
    }
  }
  return result;
}

/** For each reach 0 to radius, and each place, the weighted sums of values, squares and cubes up to that reach to both sides. */
function sumsOfRow(padded: Float64Array, bell: Float64Array, radius: number, into: Float64Array): void {
  const width = padded.length - 2 * radius;
  for (let x = 0; x < width; x++) {
    const middle = padded[x + radius]!;
    let first = middle;
    let second = middle * middle;
    let third = second * middle;
    for (let d = 0; d <= radius; d++) {
      if (d > 0) {
        const left = padded[x + radius - d]!;
        const right = padded[x + radius + d]!;
        const weight = bell[d]!;
        first += weight * (left + right);
        second += weight * (left * left + right * right);
        third += weight * (left * left * left + right * right * right);
      }
      const at = 3 * (d * width + x);
      into[at] = first;
      into[at + 1] = second;
      into[at + 2] = third;
    }
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
