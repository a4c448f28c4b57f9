/** How well the thresholded map covers the truth. */
import { type HeatMap, type Mask, maskArea } from '../map/heat-map.js';

/**
 * Intersection over union of the mask and of {value >= threshold x maximum}. 0 to 1, higher is better. Zhou et al., "CAM", CVPR 2016, with
 * threshold 0.2.
 *
 * Pitfall: one threshold favours the maps whose histogram fits it; {@link maxIou} takes the best of many.
 * @throws UserError if the mask is empty or of another size
 */
export function iou(map: HeatMap, mask: Mask, threshold = 0.2): number {
  maskArea(map, mask);
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < map.data.length; i++) highest = Math.max(highest, map.data[i]!);
  let [both, either] = [0, 0];
  for (let i = 0; i < map.data.length; i++) {
    const marked = map.data[i]! >= threshold * highest;
    const inside = mask.data[i] !== 0;
    if (marked && inside) both++;
    if (marked || inside) either++;
  }
  return both / either;
}

/** The best {@link iou} over thresholds 0, 0.01 ... 0.99: an upper bound of what a well chosen threshold gives. Choe et al., CVPR 2020 (PxAP's kin). */
export function maxIou(map: HeatMap, mask: Mask): number {
  return Math.max(...Array.from({ length: 100 }, (_, i) => iou(map, mask, i / 100)));
}
