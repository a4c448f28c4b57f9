/** Where people looked: fixations as [row, column], and the map's values there. */
import { fail } from '../../errors.js';
import type { HeatMap } from '../map/heat-map.js';

/** [row, column] in pixels from 0; fractions are rounded down to their pixel. */
export type Fixation = readonly [row: number, column: number];

/** Two families of programs compute the fixation metrics differently: pysaliency (Tübingen) and the MIT benchmark's MATLAB code. */
export type FixationDialect = 'pysaliency' | 'mit';

/**
 * Pixel indices of the fixations.
 * @throws UserError if there are none, or one lies outside the map
 */
export function fixatedPixels(map: HeatMap, fixations: readonly Fixation[]): number[] {
  if (fixations.length === 0) fail('there are no fixations: nothing can be said about where the map should be high');
  return fixations.map(([row, column]) => {
    const [y, x] = [Math.floor(row), Math.floor(column)];
    if (!(y >= 0 && y < map.height && x >= 0 && x < map.width)) {
      fail(`the fixation [${row}, ${column}] (row, column) lies outside the map of ${map.width}x${map.height}`);
    }
    return y * map.width + x;
  });
}

/** The map's values at the fixations; a fixation that repeats counts again. */
export function fixatedValues(map: HeatMap, fixations: readonly Fixation[]): number[] {
  return fixatedPixels(map, fixations).map((i) => map.data[i]!);
}
