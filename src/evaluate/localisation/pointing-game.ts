/** Does the map's highest point lie on the object? */
import { type HeatMap, type Mask, maskArea } from '../map/heat-map.js';

/**
 * Whether a maximum of the map lies within `tolerance` pixels (Euclidean, inclusive) of the mask. Averaged over images it is an accuracy,
 * 0 to 1, higher is better; chance is the mask's area. Zhang et al., "Excitation Backprop", ECCV 2016, whose protocol has 15 pixels of
 * tolerance on VOC; Quantus has 0.
 *
 * Pitfalls: one pixel decides; of several equal maxima one inside is enough, so a constant map always hits. It rewards plausibility: a model
 * that rightly looks beside the object loses.
 * @throws UserError if the mask is empty or of another size
 */
export function pointingGame(map: HeatMap, mask: Mask, tolerance = 0): boolean {
  maskArea(map, mask);
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < map.data.length; i++) if (map.data[i]! > highest) highest = map.data[i]!;
  for (let i = 0; i < map.data.length; i++) if (map.data[i] === highest && isNear(i, mask, tolerance)) return true;
  return false;
}

function isNear(index: number, { width, height, data }: Mask, tolerance: number): boolean {
  const [x, y] = [index % width, Math.floor(index / width)];
  const reach = Math.floor(tolerance);
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const inside = x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height;
      if (inside && dx * dx + dy * dy <= tolerance * tolerance && data[(y + dy) * width + x + dx] !== 0) return true;
    }
  }
  return false;
}
