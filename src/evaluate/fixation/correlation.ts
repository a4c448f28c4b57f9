/** CC: linear correlation of a map with the density of fixations. */
import { checkSameSize, type HeatMap } from '../map/heat-map.js';
import { pearson } from '../statistics/moments.js';

/**
 * Pearson's correlation, -1 to 1, higher is better; 0 where one map is constant. Equal to pysaliency's `CC`.
 *
 * Pitfall: compares with a blurred density, so the blur's width is part of the number.
 * @throws UserError if the sizes differ
 */
export function correlationCoefficient(map: HeatMap, density: HeatMap): number {
  checkSameSize(map, density, ['map', 'density']);
  return pearson(map.data, density.data);
}
