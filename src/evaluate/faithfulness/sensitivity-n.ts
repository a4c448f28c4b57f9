/** Sensitivity-n: does the attribution of n pixels add up to what their removal costs? */
import type { HeatMap } from '../map/heat-map.js';
import { pearson } from '../statistics/moments.js';
import { type Pixels, pixelCount, type Score } from './pixels.js';
import { type SubsetOptions, subsetEffects } from './random-subsets.js';

export interface SensitivityOptions extends Omit<SubsetOptions, 'size'> {
  /** Sizes of the subsets. Default: 1, 2, 4 ... up to 80 % of the pixels. */
  readonly sizes?: readonly number[];
}

/**
 * For each n, Pearson's correlation over random subsets of n pixels between summed attribution and drop. -1 to 1, higher is better; a method that is
 * complete with respect to the baseline reaches 1 at n = all pixels. Ancona et al., ICLR 2018, definition 2. Quantus' `SensitivityN` uses sorted chunks
 * and correlates across images instead: another quantity.
 *
 * Pitfall: each n is another question; a mean over n hides which scale a method is right at.
 * @throws UserError if the map has another size than the image
 */
export async function sensitivityN(
  score: Score,
  image: Pixels,
  map: HeatMap,
  { sizes = powersOfTwo(0.8 * pixelCount(image)), ...options }: SensitivityOptions = {},
): Promise<{ readonly sizes: readonly number[]; readonly correlations: readonly number[] }> {
  const correlations: number[] = [];
  for (const size of sizes) {
    const { sums, drops } = await subsetEffects(score, image, map, { ...options, size });
    correlations.push(pearson(sums, drops));
  }
  return { sizes, correlations };
}

function powersOfTwo(most: number): number[] {
  const sizes: number[] = [];
  for (let size = 1; size <= most; size *= 2) sizes.push(size);
  return sizes;
}
