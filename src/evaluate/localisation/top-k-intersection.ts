/** How many of the k strongest pixels lie inside the truth. */
import { fail } from '../../errors.js';
import { type HeatMap, type Mask, maskArea } from '../map/heat-map.js';
import { descending } from '../map/ranking.js';

/**
 * Share of the k largest values that lie in the mask, 0 to 1, higher is better; at most area/k. Theiner et al., WACV 2022; equal to Quantus'
 * `TopKIntersection` (k 1000 there). Ties are taken in the order of the pixels.
 * @throws UserError if the mask is empty or of another size, or k is not between 1 and the number of pixels
 */
export function topKIntersection(map: HeatMap, mask: Mask, k: number): number {
  maskArea(map, mask);
  if (!Number.isInteger(k) || k < 1 || k > map.data.length)
    fail(`k must be a whole number from 1 to ${map.data.length}, not ${k}`);
  const order = descending(map.data);
  let inside = 0;
  for (let i = 0; i < k; i++) if (mask.data[order[i]!] !== 0) inside++;
  return inside / k;
}
