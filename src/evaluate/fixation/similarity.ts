/** SIM: how much two densities overlap. */
import { checkSameSize, type HeatMap } from '../map/heat-map.js';
import { distributionOf } from './density.js';
import type { FixationDialect } from './fixations.js';

/**
 * Sum of min(P, Q), both summing to 1: 0 for densities without overlap, 1 for equal ones; higher is better. Swain and Ballard 1991. `mit` scales each
 * map to 0 to 1 first, so that a constant offset does not count; `pysaliency` takes maps as they are.
 *
 * Pitfall: punishes missed places harder than false ones.
 * @throws UserError if the sizes differ, or (pysaliency) a value is negative
 */
export function similarity(a: HeatMap, b: HeatMap, dialect: FixationDialect = 'pysaliency'): number {
  checkSameSize(a, b, ['map', 'density']);
  const [p, q] = [a, b].map((map) => distributionOf(map, dialect === 'mit' ? minMaxOf(map) : undefined)) as [
    Float64Array,
    Float64Array,
  ];
  return p.reduce((sum, value, i) => sum + Math.min(value, q[i]!), 0);
}

function minMaxOf({ data }: HeatMap): (value: number) => number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    low = Math.min(low, data[i]!);
    high = Math.max(high, data[i]!);
  }
  // A constant map says nothing: as a density it is uniform.
  return high > low ? (value) => (value - low) / (high - low) : () => 1;
}
