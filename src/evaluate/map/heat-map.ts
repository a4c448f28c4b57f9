/** What the metrics read: a map of numbers over an image, and a mask of what is true. */
import { fail } from '../../errors.js';

/** One number a pixel, row-major, in single or double precision: an attribution, a saliency map, a density. */
export interface HeatMap {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/** The ground truth: every value but 0 is inside. */
export type Mask = HeatMap;

/** @throws UserError if the two have different sizes */
export function checkSameSize(a: HeatMap, b: HeatMap, names: readonly [string, string] = ['map', 'mask']): void {
  if (a.width !== b.width || a.height !== b.height) {
    fail(
      `the ${names[0]} has ${a.width}x${a.height} pixels and the ${names[1]} ${b.width}x${b.height}; bring them to one size first`,
    );
  }
}

/**
 * Number of pixels of the mask, after a check that it can judge the map.
 * @throws UserError if the mask has another size, or no pixel at all: every share of nothing is undefined
 */
export function maskArea(map: HeatMap, mask: Mask): number {
  checkSameSize(map, mask);
  let area = 0;
  for (let i = 0; i < mask.data.length; i++) if (mask.data[i] !== 0) area++;
  return area > 0 ? area : fail('the mask is empty: no pixel is inside, so nothing can be said about where the map should be');
}

/** The sum of `value` over all pixels, and over those inside the mask. */
export function massOf(
  map: HeatMap,
  mask: Mask,
  value: (v: number) => number,
): { readonly inside: number; readonly all: number } {
  let [inside, all] = [0, 0];
  for (let i = 0; i < map.data.length; i++) {
    const mass = value(map.data[i]!);
    all += mass;
    if (mask.data[i] !== 0) inside += mass;
  }
  return { inside, all };
}
