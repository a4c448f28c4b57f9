/** MAE: the mean distance of a saliency map from the truth. */
import type { HeatMap } from '../map/heat-map.js';
import { readPrediction } from './prediction.js';

/**
 * Mean of |prediction - truth|, 0 to 1, lower is better. Perazzi et al., CVPR 2012; equal to PySODMetrics.
 *
 * Pitfall: an all-black map is nearly perfect where objects are small.
 * @param prediction 8-bit, as all salient-object measures
 * @throws UserError if the sizes differ
 */
export function meanAbsoluteError(prediction: HeatMap, truth: HeatMap): number {
  const { values, truth: inside } = readPrediction(prediction, truth);
  return values.reduce((sum, value, i) => sum + Math.abs(value - (inside[i] ? 1 : 0)), 0) / values.length;
}
