/** F-measure: precision and recall in one, at every threshold. */
import type { HeatMap } from '../map/heat-map.js';
import { type ByThreshold, byThreshold, readPrediction } from './prediction.js';

/** beta squared: precision weighs more than recall (Achanta et al., CVPR 2009). */
const BETA_SQUARED = 0.3;

/**
 * (1 + b) P R / (b P + R), b 0.3; 0 to 1, higher is better. Equal to PySODMetrics (`adp`, `curve.max()`, `curve.mean()`).
 *
 * Pitfall: `max` chooses the best threshold per image with the truth in sight; it is an upper bound. 0 where nothing true is marked, and where the
 * truth is empty.
 * @throws UserError if the sizes differ
 */
export function fMeasure(prediction: HeatMap, truth: HeatMap): ByThreshold {
  const read = readPrediction(prediction, truth);
  return byThreshold(read, ({ inside, outside }) => {
    if (inside === 0) return 0;
    const [precision, recall] = [inside / (inside + outside), inside / read.area];
    return ((1 + BETA_SQUARED) * precision * recall) / (BETA_SQUARED * precision + recall);
  });
}
