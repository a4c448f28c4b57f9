/** MATLAB's imresize: bicubic with antialias when shrinking, and a border that is mirrored. */
import type { Plane } from '../../image/image.js';
import { emptyField, type Field } from '../plane.js';
import { symmetric } from './border.js';

/** The source pixels of each resized pixel, and their weights, `count` each. */
interface Taps {
  readonly count: number;
  readonly source: Int32Array;
  readonly weights: Float64Array;
}

/** Bicubic (Keys, a = -0.5) at another size, widened by the reduction when shrinking; sums are double. */
export function resizeBicubic(map: Plane | Field, width: number, height: number): Field {
  // Columns are the cheaper pass, since whole rows are added: they get the larger side.
  return height < map.height ? resizeAcross(resizeDown(map, height), width) : resizeDown(resizeAcross(map, width), height);
}

function resizeAcross(map: Plane | Field, width: number): Field {
  const { count, source, weights } = bicubicTaps(map.width, width);
  const result = emptyField({ width, height: map.height });
  for (let y = 0, out = 0; y < map.height; y++) {
    const start = y * map.width;
    for (let x = 0; x < width; x++, out++) {
      let sum = 0;
      for (let k = x * count; k < (x + 1) * count; k++) sum += weights[k]! * map.data[start + source[k]!]!;
      result.data[out] = sum;
    }
  }
  return result;
}

function resizeDown({ width, height: from, data }: Plane | Field, height: number): Field {
  const { count, source, weights } = bicubicTaps(from, height);
  const result = emptyField({ width, height });
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    sums.fill(0);
    for (let k = y * count; k < (y + 1) * count; k++) {
      const weight = weights[k]!;
      if (weight === 0) continue;
      const start = source[k]! * width;
      for (let x = 0; x < width; x++) sums[x]! += weight * data[start + x]!;
    }
    result.data.set(sums, y * width);
  }
  return result;
}

function bicubicTaps(from: number, to: number): Taps {
  const scale = to / from;
  const shrink = Math.min(1, scale);
  const reach = 2 / shrink;
  const count = Math.ceil(2 * reach) + 2;
  const source = new Int32Array(to * count);
  const weights = new Float64Array(to * count);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) / scale - 0.5;
    const first = Math.floor(center - reach);
    let total = 0;
    for (let k = 0; k < count; k++) {
      const weight = cubic(shrink * (center - first - k));
      weights[i * count + k] = weight;
      source[i * count + k] = symmetric(first + k, from);
      total += weight;
    }
    for (let k = 0; k < count; k++) weights[i * count + k]! /= total;
  }
  return { count, source, weights };
}

/** Keys 1981, equation 4 with a = -0.5. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return (1.5 * x - 2.5) * x * x + 1;
  return x <= 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
