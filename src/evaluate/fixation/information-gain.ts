/** Information gain: how many bits a fixation the map predicts better than a baseline does. */
import { checkSameSize, type HeatMap } from '../map/heat-map.js';
import { mean } from '../statistics/moments.js';
import { distributionOf } from './density.js';
import { type Fixation, fixatedPixels } from './fixations.js';

const EPSILON = 2.2204e-16;

/**
 * Mean over the fixations of log2(eps + P) - log2(eps + baseline), in bits; 0 is no better than the baseline, higher is better. Kümmerer et al., PNAS
 * 2015. The baseline is a density: the centre prior, so that centre bias earns nothing.
 *
 * Pitfall: the map must be a calibrated density; an uncalibrated map (an attribution, a contrast) can be at -40 bits and still point right.
 * @throws UserError if the sizes differ, a value is negative, or there are no fixations
 */
export function informationGain(map: HeatMap, baseline: HeatMap, fixations: readonly Fixation[]): number {
  checkSameSize(map, baseline, ['map', 'baseline']);
  const [p, q] = [distributionOf(map), distributionOf(baseline)];
  return mean(fixatedPixels(map, fixations).map((i) => Math.log2(EPSILON + p[i]!) - Math.log2(EPSILON + q[i]!)));
}
