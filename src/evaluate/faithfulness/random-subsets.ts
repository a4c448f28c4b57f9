/** Random subsets of pixels removed, and what the map and the model say of each: the ground of the correlation metrics. */
import { fail } from '../../errors.js';
import { random } from '../../tensor/random.js';
import type { HeatMap } from '../map/heat-map.js';
import { checkMapFits, constantPixels, type Pixels, pixelCount, type Score, scoreEach, withPixels } from './pixels.js';

export interface SubsetOptions {
  /** Pixels in a subset. */
  readonly size: number;
  /** How many subsets. Default 100. */
  readonly samples?: number;
  /** Default 0. */
  readonly baseline?: number;
  readonly seed?: number;
}

/** For each subset: the sum of attribution in it, and the drop f(x) - f(x without it). */
export interface SubsetEffects {
  readonly sums: readonly number[];
  readonly drops: readonly number[];
}

/** @throws UserError if the map has another size, or the subset more pixels than the image */
export async function subsetEffects(
  score: Score,
  image: Pixels,
  map: HeatMap,
  { size, samples = 100, baseline = 0, seed = 0 }: SubsetOptions,
): Promise<SubsetEffects> {
  checkMapFits(image, map);
  const count = pixelCount(image);
  if (!Number.isInteger(size) || size < 1 || size > count) fail(`a subset has 1 to ${count} pixels, not ${size}`);
  const subsets = Array.from({ length: samples }, (_, k) => draw(count, size, seed + k));
  const black = constantPixels(image, baseline);
  const [clean] = await score([image]);
  const scores = await scoreEach(score, without(image, black, subsets));
  return {
    sums: subsets.map((pixels) => pixels.reduce((sum, i) => sum + map.data[i]!, 0)),
    drops: scores.map((value) => clean! - value),
  };
}

function* without(image: Pixels, by: Pixels, subsets: readonly (readonly number[])[]): Generator<Pixels> {
  for (const pixels of subsets) yield withPixels(image, by, pixels);
}

/** `size` of the numbers 0 to count - 1, without repetition. */
function draw(count: number, size: number, seed: number): number[] {
  return random(seed).permutation(count).slice(0, size);
}
