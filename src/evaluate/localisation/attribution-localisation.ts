/** The share of attribution inside the truth, as Quantus has it. */
import { type HeatMap, type Mask, maskArea, massOf } from '../map/heat-map.js';

/**
 * Sum of |a| inside / (sum of |a| + 1e-9), 0 to 1, higher is better; chance is the mask's area. Kohlbrenner et al., IJCNN 2020; equal to Quantus'
 * `AttributionLocalisation`. But for the 1e-9 it is relevance mass accuracy; a map in units of 1e-9 or below reads as no attribution.
 * @throws UserError if the mask is empty or of another size
 */
export function attributionLocalisation(map: HeatMap, mask: Mask): number {
  maskArea(map, mask);
  const { inside, all } = massOf(map, mask, Math.abs);
  return inside / (all + 1e-9);
}
