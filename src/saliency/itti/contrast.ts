/** Differences across scales: what a level of a pyramid shows that a coarser one does not. */
import type { Plane } from '../../image/image.js';
import { differenceFrom } from '../filter/bilinear.js';
import { emptyPlane } from '../plane.js';

/** Fine levels that serve as centres. */
export const centers = [2, 3, 4] as const;
/** How many levels coarser the surrounds are. */
export const deltas = [3, 4] as const;
/** The coarsest level that is needed. */
export const lastLevel = 8;

/** Adds a contrast, which is overwritten afterwards, to the sum of its centre; the name says centre and surround: `2-5`. */
export type Promote = (sum: Plane, contrast: Plane, name: string) => void;

/**
 * For each centre c the sum of both its contrasts |level c - level s|, promoted; the coarse level is brought to the fine one's size bilinearly.
 * @param sign 1 adds the surround instead: the difference to its opponent, as for red-green against green-red
 */
export function contrastsAcrossScales(pyramid: readonly Plane[], sign: 1 | -1, promote: Promote): Plane[] {
  return centers.map((center) => {
    const fine = pyramid[center]!;
    const sum = emptyPlane(fine);
    const contrast = emptyPlane(fine);
    for (const delta of deltas) {
      differenceFrom(fine, pyramid[center + delta]!, sign, contrast);
      promote(sum, contrast, `${center}-${center + delta}`);
    }
    return sum;
  });
}
