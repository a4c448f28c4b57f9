/** Region perturbation: how far the score falls as patches are replaced, strongest or weakest first. */
import { fail } from '../../errors.js';
import { random } from '../../tensor/random.js';
import type { HeatMap } from '../map/heat-map.js';
import { ascending, descending } from '../map/ranking.js';
import { checkMapFits, constantPixels, lowestValue, type Pixels, replacing, type Score, scoreEach } from './pixels.js';

export interface RegionPerturbationOptions {
  /** Side of a patch in pixels. Default 8. */
  readonly patch?: number;
  /** Default `morf`: most relevant first. */
  readonly order?: 'morf' | 'lerf' | 'random';
  /** How many patches. Default 100, or all if there are fewer. */
  readonly regions?: number;
  /** Default: the smallest value of the image, "black" in Quantus. */
  readonly baseline?: number;
  readonly seed?: number;
}

/**
 * f(x) - f(x_k) for k = 1 ... regions. In units of the score; in MoRF order larger drops are better, in LeRF order smaller. Samek et al., IEEE TNNLS 2017;
 * equal to Quantus' `RegionPerturbation` with `normalise` off. Patches do not overlap; those at the right and bottom may be cut.
 *
 * Pitfall: the patch grid has seams that the model sees; the area over the curve depends on how many patches are taken.
 * @throws UserError if the map has another size than the image, or no patch fits
 */
export async function regionPerturbation(
  score: Score,
  image: Pixels,
  map: HeatMap,
  options: RegionPerturbationOptions = {},
): Promise<number[]> {
  checkMapFits(image, map);
  const { patch = 8, order = 'morf', seed = 0, baseline = lowestValue(image) } = options;
  if (!Number.isInteger(patch) || patch < 1) fail(`the patch must be a positive whole number of pixels, not ${patch}`);
  const patches = patchesOf(map, patch);
  const sums = patches.map((pixels) => pixels.reduce((sum, i) => sum + map.data[i]!, 0));
  const orders = {
    morf: () => descending(sums),
    lerf: () => ascending(sums),
    random: () => random(seed).permutation(patches.length),
  };
  const chosen = Array.from(orders[order]()).slice(0, options.regions ?? 100);
  const pixels = chosen.flatMap((k) => patches[k]!);
  let end = 0;
  const cuts = [0, ...chosen.map((k) => (end += patches[k]!.length))];
  const [clean, ...perturbed] = await scoreEach(score, replacing(image, constantPixels(image, baseline), pixels, cuts));
  return perturbed.map((value) => clean! - value);
}

/** Selectivity (Montavon et al. 2018; Quantus): the score itself along all patches, most relevant first. Lower is better. */
export async function selectivity(
  score: Score,
  image: Pixels,
  map: HeatMap,
  options: RegionPerturbationOptions = {},
): Promise<number[]> {
  const [clean] = await score([image]);
  const drops = await regionPerturbation(score, image, map, { ...options, order: 'morf', regions: Number.POSITIVE_INFINITY });
  return drops.map((drop) => clean! - drop);
}

function patchesOf({ width, height }: HeatMap, side: number): number[][] {
  const patches: number[][] = [];
  for (let top = 0; top < height; top += side) {
    for (let left = 0; left < width; left += side) {
      const pixels: number[] = [];
      for (let y = top; y < Math.min(top + side, height); y++) {
        for (let x = left; x < Math.min(left + side, width); x++) pixels.push(y * width + x);
      }
      patches.push(pixels);
    }
  }
  return patches;
}
