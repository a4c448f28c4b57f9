/** How many of the strongest pixels lie inside the truth, as many as the truth has. */
import { type HeatMap, type Mask, maskArea } from '../map/heat-map.js';
import { topKIntersection } from './top-k-intersection.js';

/**
 * Share of the K largest values that lie in the mask, K the mask's area. 0 to 1, higher is better; chance is the mask's area share. Arras et al.,
 * "CLEVR-XAI", Information Fusion 2022; equal to Quantus'.
 *
 * Pitfall: looks at the order alone; in a class activation map the order within a cell of its grid is made by interpolation.
 * @throws UserError if the mask is empty or of another size
 */
export function relevanceRankAccuracy(map: HeatMap, mask: Mask): number {
  return topKIntersection(map, mask, maskArea(map, mask));
}
