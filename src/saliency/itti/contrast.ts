/** Differences across scales: what a level of a pyramid shows that a coarser one does not. */
import type { Plane } from '../../image/image.js';
import { resizeBilinear } from '../filter/bilinear.js';
import { emptyPlane } from '../plane.js';

/** Fine levels that serve as centres. */
export const centers = [2, 3, 4] as const;
/** How many levels coarser the surrounds are. */
export const deltas = [3, 4] as const;
/** The coarsest level that is needed. */
export const lastLevel = 8;

export interface Contrast {
  readonly center: number;
  readonly surround: number;
  readonly map: Plane;
}

/**
 * |level c - level s| for the six pairs of centre and surround; the coarse level is brought to the fine one's size bilinearly.
 * @param sign 1 adds the surround instead: the difference to its opponent, as for red-green against green-red
 */
export function acrossScales(pyramid: readonly Plane[], sign: 1 | -1 = -1): Contrast[] {
  return centers.flatMap((center) =>
    deltas.map((delta) => {
      const fine = pyramid[center]!;
      const coarse = resizeBilinear(pyramid[center + delta]!, fine.width, fine.height);
      const map = emptyPlane(fine);
      for (let i = 0; i < map.data.length; i++) map.data[i] = Math.abs(fine.data[i]! + sign * coarse.data[i]!);
      return { center, surround: center + delta, map };
    }),
  );
}
