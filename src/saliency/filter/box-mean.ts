/** Means of square windows by running sums in double precision: the cost does not depend on the window. */
import type { Plane } from '../../image/image.js';
import { emptyPlane } from '../plane.js';
import { bordered, reflect101, replicate } from './border.js';

/** `reflect101`: the picture goes on as its mirror image; `clip`: the window ends at the border, and its mean is of what it holds. */
export type WindowBorder = 'reflect101' | 'clip';

/**
 * The mean of the (2 radius + 1)^2 window around each pixel.
 * With `reflect101` it is cv2.blur and SciPy's uniform_filter(mode='mirror'), also where the window is larger than the picture.
 */
export function boxMean(plane: Plane, radius: number, border: WindowBorder): Plane {
  return border === 'clip' ? clippedMean(plane, radius) : reflectedMean(plane, radius);
}

function reflectedMean(plane: Plane, radius: number): Plane {
  const { width, height, data } = plane;
  const mean = emptyPlane(plane);
  const side = 2 * radius + 1;
  const rows = bordered(reflect101, -radius - 1, height + side, height);
  const columns = bordered(reflect101, -radius - 1, width + side, width);
  const sums = new Float64Array(width);
  for (let k = 0; k < side; k++) addRow(sums, data, rows[k]! * width, 1);
  for (let y = 0; y < height; y++) {
    moveRow(sums, data, rows[y + side]! * width, rows[y]! * width);
    let sum = 0;
    for (let k = 0; k < side; k++) sum += sums[columns[k]!]!;
    for (let x = 0; x < width; x++) {
      sum += sums[columns[x + side]!]! - sums[columns[x]!]!;
      mean.data[y * width + x] = sum / (side * side);
    }
  }
  return mean;
}

function clippedMean(plane: Plane, radius: number): Plane {
  const { width, height, data } = plane;
  const mean = emptyPlane(plane);
  const sums = new Float64Array(width);
  for (let y = 0; y < Math.min(radius, height); y++) addRow(sums, data, y * width, 1);
  for (let y = 0; y < height; y++) {
    if (y + radius < height) addRow(sums, data, (y + radius) * width, 1);
    if (y > radius) addRow(sums, data, (y - radius - 1) * width, -1);
    const tall = replicate(y + radius, height) - replicate(y - radius, height) + 1;
    let sum = 0;
    for (let x = 0; x < Math.min(radius, width); x++) sum += sums[x]!;
    for (let x = 0; x < width; x++) {
      if (x + radius < width) sum += sums[x + radius]!;
      if (x > radius) sum -= sums[x - radius - 1]!;
      const wide = replicate(x + radius, width) - replicate(x - radius, width) + 1;
      mean.data[y * width + x] = sum / (tall * wide);
    }
  }
  return mean;
}

function addRow(sums: Float64Array, data: Float32Array, start: number, sign: number): void {
  for (let x = 0; x < sums.length; x++) sums[x]! += sign * data[start + x]!;
}

function moveRow(sums: Float64Array, data: Float32Array, enter: number, leave: number): void {
  for (let x = 0; x < sums.length; x++) sums[x]! += data[enter + x]! - data[leave + x]!;
}
