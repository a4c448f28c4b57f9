/** Faithfulness correlation: do subsets with more attribution cost more score? */
import type { HeatMap } from '../map/heat-map.js';
import { pearson } from '../statistics/moments.js';
import type { Pixels, Score } from './pixels.js';
import { type SubsetOptions, subsetEffects } from './random-subsets.js';

/**
 * Pearson's correlation, over random subsets of pixels, of the attribution in the subset with the drop of the score without it. -1 to 1, higher is
 * better; 0 where either is constant. Bhatt et al., IJCAI 2020; Quantus' defaults are 100 subsets of 224 pixels on black.
 *
 * Pitfalls: random pixels are salt and pepper noise, far from any image the model knows; with few subsets the number is itself noise (its standard
 * error is about 1/sqrt(samples)).
 * @throws UserError if the map has another size than the image
 */
export async function faithfulnessCorrelation(
  score: Score,
  image: Pixels,
  map: HeatMap,
  options: Partial<SubsetOptions> = {},
): Promise<number> {
  const size = options.size ?? Math.min(224, Math.ceil((image.width * image.height) / 4));
  const { sums, drops } = await subsetEffects(score, image, map, { ...options, size });
  return pearson(sums, drops);
}
