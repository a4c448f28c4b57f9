/** Normalised scanpath saliency: how many standard deviations above its mean the map is where people looked. */
import type { HeatMap } from '../map/heat-map.js';
import { mean, standardDeviation } from '../statistics/moments.js';
import { type Fixation, type FixationDialect, fixatedValues } from './fixations.js';

/**
 * Mean of (map - mean) / std at the fixations. Unbounded, 0 is chance, higher is better; 0 for a constant map. Peters et al., Vision Research 2005.
 * The std is over N (`pysaliency`) or N - 1 (`mit`).
 *
 * Pitfall: a map that is near 0 all over but for one lucky pixel can score very high.
 * @throws UserError if there are no fixations, or one lies outside
 */
export function nss(map: HeatMap, fixations: readonly Fixation[], dialect: FixationDialect = 'pysaliency'): number {
  const values = fixatedValues(map, fixations);
  const spread = standardDeviation(map.data, dialect === 'mit');
  return spread > 0 ? (mean(values) - mean(map.data)) / spread : 0;
}
