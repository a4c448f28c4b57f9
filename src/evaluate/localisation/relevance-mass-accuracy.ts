/** How much of the relevance lies inside the truth. */
import { type HeatMap, type Mask, maskArea, massOf } from '../map/heat-map.js';

/**
 * Sum of relevance inside the mask / sum of all, 0 to 1, higher is better; chance is the mask's area (state it beside the number). Arras et al.,
 * "CLEVR-XAI", Information Fusion 2022. A map without relevance gives 0.
 * @param pooling which relevance counts: its magnitude (as Quantus), or the positive part alone (as for relevance with a sign)
 * @throws UserError if the mask is empty or of another size
 */
export function relevanceMassAccuracy(map: HeatMap, mask: Mask, pooling: 'absolute' | 'positive' = 'absolute'): number {
  maskArea(map, mask);
  const { inside, all } = massOf(map, mask, pooling === 'absolute' ? Math.abs : (value) => Math.max(value, 0));
  return all > 0 ? inside / all : 0;
}
