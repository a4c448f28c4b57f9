/** KL: how much information is lost when the map stands for the density of fixations. */
import { checkSameSize, type HeatMap } from '../map/heat-map.js';
import { distributionOf } from './density.js';

/** MATLAB's eps: keeps the logarithm finite where a side is 0. */
const EPSILON = 2.2204e-16;

/**
 * Sum of Q ln(eps + Q / (P + eps)), Q the truth, both summing to 1. From 0 (equal), unbounded; lower is better. Natural logarithm; equal to pysaliency's
 * `MIT_KLDiv`.
 *
 * Pitfall: a single fixated pixel where the map is 0 costs ln(1/eps) = 36 times its share: maps that are 0 anywhere lose by that alone.
 * @throws UserError if the sizes differ, or a value is negative
 */
export function klDivergence(map: HeatMap, density: HeatMap): number {
  checkSameSize(map, density, ['map', 'density']);
  const [p, q] = [distributionOf(map), distributionOf(density)];
  return q.reduce((sum, truth, i) => sum + truth * Math.log(EPSILON + truth / (p[i]! + EPSILON)), 0);
}
