/** Maps as distributions, and the density of fixations. */
import { fail } from '../../errors.js';
import type { HeatMap } from '../map/heat-map.js';
import { type Fixation, fixatedPixels } from './fixations.js';

/**
 * The map divided by its sum.
 * @throws UserError for a negative value, or a map that is zero everywhere
 */
export function distributionOf({ data }: HeatMap, scale: (value: number) => number = (value) => value): Float64Array {
  const values = Float64Array.from({ length: data.length }, (_, i) => scale(data[i]!));
  let total = 0;
  for (const value of values) {
    if (value < 0) fail('the map has negative values and is no distribution; take its positive part or its magnitude first');
    total += value;
  }
  if (!(total > 0)) fail('the map is zero everywhere and is no distribution');
  return values.map((value) => value / total);
}

/**
 * Fixations blurred by a Gaussian: the density of where people looked, summing to 1. The eye's fovea sees about one degree; pysaliency's default
 * is 35 pixels for the MIT data, the border repeated.
 * @param sigma in pixels
 * @throws UserError if there are no fixations, or one lies outside
 */
export function fixationDensity(
  size: HeatMap,
  fixations: readonly Fixation[],
  sigma: number,
): HeatMap & { readonly data: Float64Array } {
  const { width, height } = size;
  const counts = new Float64Array(width * height);
  for (const i of fixatedPixels(size, fixations)) counts[i]!++;
  const blurred = blur(blur(counts, width, height, sigma, 'rows'), width, height, sigma, 'columns');
  return { width, height, data: distributionOf({ width, height, data: blurred }) };
}

function blur(data: Float64Array, width: number, height: number, sigma: number, along: 'rows' | 'columns'): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const [count, step, lines, lineStep] = along === 'rows' ? [width, 1, height, width] : [height, width, width, 1];
  const out = new Float64Array(data.length);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let k = -radius; k <= radius; k++) {
        const at = Math.max(0, Math.min(count - 1, i + k));
        sum += weights[k + radius]! * data[line * lineStep + at * step]!;
      }
      out[line * lineStep + i * step] = sum / total;
    }
  }
  return out;
}
