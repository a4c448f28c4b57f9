/** Random-logit test: is the map of another class another map? */
import type { PreparedMaps } from './preparation.js';
import { type Similarities, similarities } from './similarities.js';

/**
 * Similarity of the maps of two classes of one image, -1 to 1 for each measure, lower is better: a map that is the same for every class explains none.
 * Sixt et al., ICML 2020.
 *
 * Pitfalls: classes that share their evidence (two breeds of dog) rightly have similar maps: choose the other class at random, and several.
 * Quantus takes SSIM of the flattened vectors, which is no SSIM.
 */
export async function randomLogit(
  attribute: (target: number) => Promise<PreparedMaps>,
  target: number,
  others: readonly number[],
): Promise<Similarities[]> {
  const own = await attribute(target);
  const results: Similarities[] = [];
  for (const other of others) results.push(similarities(own, await attribute(other)));
  return results;
}
