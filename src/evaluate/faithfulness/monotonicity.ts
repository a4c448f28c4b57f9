/** Monotonicity: does the score rise with every feature put in, weakest first? */
import type { HeatMap } from '../map/heat-map.js';
import { ascending } from '../map/ranking.js';
import { averageRanks } from '../similarity/spearman.js';
import { pearson } from '../statistics/moments.js';
import { cutsEvery } from './perturbation-curve.js';
import { checkMapFits, constantPixels, type Pixels, pixelCount, replacing, type Score, scoreEach } from './pixels.js';

export interface MonotonicityOptions {
  /** Pixels put in at once. Default: a hundredth of the image. */
  readonly step?: number;
  /** Default 0. */
  readonly baseline?: number;
}

/**
 * Real pixels are put into a baseline image by ascending importance. `share`: steps that do not lower the score, 0 to 1, higher is better; `always`: whether
 * that is all of them (Luss et al. 2019); `trend`: Spearman's correlation of step number and score. Quantus' `Monotonicity` overwrites the baseline by
 * itself and always says true; this puts in the image.
 *
 * Pitfall: nothing says that the effect of pixels added last must be positive: a map with truly negative evidence is punished.
 * @throws UserError if the map has another size than the image
 */
export async function monotonicity(
  score: Score,
  image: Pixels,
  map: HeatMap,
  { step = Math.ceil(pixelCount(image) / 100), baseline = 0 }: MonotonicityOptions = {},
): Promise<{ readonly always: boolean; readonly share: number; readonly trend: number }> {
  checkMapFits(image, map);
  const cuts = cutsEvery(step, pixelCount(image));
  const scores = await scoreEach(score, replacing(constantPixels(image, baseline), image, ascending(map.data), cuts));
  const rises = scores.slice(1).map((value, i) => value >= scores[i]!);
  const share = rises.filter(Boolean).length / rises.length;
  return { always: share === 1, share, trend: pearson(averageRanks(cuts), averageRanks(scores)) };
}
