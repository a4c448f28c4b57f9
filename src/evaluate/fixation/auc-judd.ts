/** AUC-Judd: can the map tell fixated pixels from all others? */
import type { HeatMap } from '../map/heat-map.js';
import { rankAuc } from '../statistics/roc.js';
import { type Fixation, type FixationDialect, fixatedPixels, fixatedValues } from './fixations.js';

/**
 * Area under the ROC curve, 0 to 1, 0.5 is chance, higher is better. Judd et al., ICCV 2009.
 * - `pysaliency`: negatives are all pixels, ties count half, repeated fixations count again.
 * - `mit`: thresholds at the fixated values, false positives over the other pixels, repeated fixations count once; without the jitter of the MATLAB
 *   code, which breaks ties at random, so a constant map is 0.5 here only by the diagonal.
 *
 * Pitfall: people look at the centre of pictures, and a Gaussian blob there scores about 0.78 on photographs; see shuffled AUC.
 * @throws UserError if there are no fixations, or one lies outside
 */
export function aucJudd(map: HeatMap, fixations: readonly Fixation[], dialect: FixationDialect = 'pysaliency'): number {
  if (dialect === 'pysaliency') return rankAuc(fixatedValues(map, fixations), map.data);
  const thresholds = [...new Set(fixatedPixels(map, fixations))].map((i) => map.data[i]!).sort((a, b) => b - a);
  const sorted = Float64Array.from({ length: map.data.length }, (_, i) => -map.data[i]!).sort();
  const others = map.data.length - thresholds.length;
  let [area, falseBefore, trueBefore, above] = [0, 0, 0, 0];
  thresholds.forEach((threshold, i) => {
    while (above < sorted.length && sorted[above]! <= -threshold) above++;
    const [hits, alarms] = [(i + 1) / thresholds.length, (above - (i + 1)) / others];
    area += ((alarms - falseBefore) * (hits + trueBefore)) / 2;
    [falseBefore, trueBefore] = [alarms, hits];
  });
  return area + ((1 - falseBefore) * (1 + trueBefore)) / 2;
}
