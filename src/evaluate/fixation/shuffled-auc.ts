/** Shuffled AUC: can the map tell this image's fixations from those of other images? */
import { fail } from '../../errors.js';
import type { HeatMap } from '../map/heat-map.js';
import { rankAuc } from '../statistics/roc.js';
import { type Fixation, fixatedValues } from './fixations.js';

/**
 * Area under the ROC curve with the map at the fixations of other images as negatives: all of them, repeats counted, ties half (pysaliency; the
 * MIT code draws 100 random subsets in steps of 0.1). 0 to 1, 0.5 is chance, higher is better. Tatler et al. 2005; Zhang et al. 2008.
 *
 * It takes the centre bias out, and with it also true signal: models that know people look at the centre are punished.
 * @throws UserError if there are no fixations or no others, or one lies outside
 */
export function shuffledAuc(map: HeatMap, fixations: readonly Fixation[], otherFixations: readonly Fixation[]): number {
  if (otherFixations.length === 0) fail('shuffled AUC needs fixations on other images; there are none');
  return rankAuc(fixatedValues(map, fixations), fixatedValues(map, otherFixations));
}
