/** ADCC: average drop, coherency and complexity in one number. */
import type { HeatMap } from '../map/heat-map.js';
import { mean, pearson } from '../statistics/moments.js';
import { masked } from './average-drop.js';
import type { Pixels, Score } from './pixels.js';

export interface Adcc {
  /** Harmonic mean of coherency, 1 - complexity and 1 - drop: 0 to 1, higher is better. */
  readonly adcc: number;
  /** (Pearson(map of x, map of x * map) + 1) / 2: is what the map marks explained by itself? Higher is better. */
  readonly coherency: number;
  /** Mean of the map: how much is marked. Lower is better. */
  readonly complexity: number;
  /** max(0, y - o) / (y + 1e-7), lower is better. */
  readonly drop: number;
}

/**
 * For one image. Poppi et al., CVPR-W 2021. One number hides which part fails: report the parts too.
 *
 * Pitfall: a map is coherent with itself if it ignores the image, as a fixed blob does.
 * @param attribute the map of an image, scaled 0 to 1
 */
export async function adcc(probability: Score, attribute: (image: Pixels) => Promise<HeatMap>, image: Pixels): Promise<Adcc> {
  const map = await attribute(image);
  const shown = masked(image, map);
  const again = await attribute(shown);
  const [before, after] = (await probability([image, shown])) as [number, number];
  const coherency = (pearson(map.data, again.data) + 1) / 2;
  const complexity = mean(map.data);
  const drop = Math.max(0, before - after) / (before + 1e-7);
  return { adcc: 3 / (1 / coherency + 1 / (1 - complexity) + 1 / (1 - drop)), coherency, complexity, drop };
}
