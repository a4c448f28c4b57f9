/** Can the map tell object from background, whatever the threshold? */
import { fail } from '../../errors.js';
import { type HeatMap, type Mask, maskArea } from '../map/heat-map.js';
import { rankAuc } from '../statistics/roc.js';

/**
 * Area under the ROC curve of the map as a score for the mask. 0 to 1, 0.5 is chance, higher is better; ties count half. Fawcett 2006; equal to
 * scikit-learn's.
 *
 * Pitfall: looks at the order alone, and a large easy background makes it high.
 * @throws UserError if the mask is empty, full or of another size
 */
export function rocAuc(map: HeatMap, mask: Mask): number {
  if (maskArea(map, mask) === map.data.length) fail('the mask covers the whole image: there is no background to tell from');
  const inside: number[] = [];
  const outside: number[] = [];
  for (let i = 0; i < map.data.length; i++) (mask.data[i] !== 0 ? inside : outside).push(map.data[i]!);
  return rankAuc(inside, outside);
}
