/** How much of the map's energy falls on the object. */
import { type HeatMap, type Mask, maskArea, massOf } from '../map/heat-map.js';

/**
 * Sum of the min-max scaled map inside the mask / its sum. 0 to 1, higher is better; chance is the mask's area. Wang et al., "Score-CAM",
 * CVPR-W 2020 (there with boxes). A constant map has no energy and gives 0.
 *
 * Pitfall: min-max makes the smallest value 0, so on a signed map the negative parts count as energy by how much they exceed the most negative.
 * @throws UserError if the mask is empty or of another size
 */
export function energyPointingGame(map: HeatMap, mask: Mask): number {
  maskArea(map, mask);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < map.data.length; i++) {
    low = Math.min(low, map.data[i]!);
    high = Math.max(high, map.data[i]!);
  }
  if (!(high > low)) return 0;
  const { inside, all } = massOf(map, mask, (value) => (value - low) / (high - low));
  return inside / all;
}
