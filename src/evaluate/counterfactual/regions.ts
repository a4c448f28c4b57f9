/** Regions of an image: what a map marks, and regions of the same shape elsewhere to compare with. */
import { fail } from '../../errors.js';
import { random } from '../../tensor/random.js';
import type { HeatMap } from '../map/heat-map.js';
import { descending, firstOf } from '../map/ranking.js';

/** 1 inside, 0 outside. */
export interface Region {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * The strongest pixels of a map: exactly this share, ties in an order drawn by the seed.
 * @throws UserError if the share is not between 0 and 1
 */
export function topRegion({ width, height, data }: HeatMap, share = 0.2, seed = 0): Region {
  if (!(share > 0 && share < 1)) fail(`the share of pixels is between 0 and 1, not ${share}`);
  const count = Math.max(1, Math.round(share * data.length));
  return { width, height, data: firstOf(descending(data, { seed }), count) };
}

/**
 * Regions of the same area and shape at random places: the region shifted around the image's edges and mirrored. What a region must beat to be more
 * than a hole of its shape.
 */
export function* shiftedRegions({ width, height, data }: Region, count: number, seed: number): Generator<Region> {
  const { below } = random(seed);
  for (let k = 0; k < count; k++) {
    const [dx, dy, mirrorX, mirrorY] = [below(width), below(height), below(2), below(2)];
    const shifted = new Uint8Array(data.length);
    for (let y = 0; y < height; y++) {
      const fromY = mirrorY ? height - 1 - y : y;
      for (let x = 0; x < width; x++) {
        const fromX = mirrorX ? width - 1 - x : x;
        if (data[fromY * width + fromX]) shifted[((y + dy) % height) * width + ((x + dx) % width)] = 1;
      }
    }
    yield { width, height, data: shifted };
  }
}

/** Everything else. */
export function complement(region: Region): Region {
  return { ...region, data: region.data.map((inside) => 1 - inside) };
}

/**
 * As many pixels as the region has, from outside of a mask: the context control. Random pixels, gathered in tiles so that their shapes are alike.
 * @throws UserError if there are not so many outside
 */
export function contextRegion(region: Region, object: HeatMap, seed: number, tile = 8): Region {
  const { width, height } = region;
  const wanted = region.data.reduce((sum: number, inside) => sum + inside, 0);
  const across = Math.ceil(width / tile);
  const tiles = random(seed).permutation(across * Math.ceil(height / tile));
  const data = new Uint8Array(width * height);
  let taken = 0;
  for (const index of tiles) {
    const [left, top] = [(index % across) * tile, Math.floor(index / across) * tile];
    for (let y = top; y < Math.min(top + tile, height); y++) {
      for (let x = left; x < Math.min(left + tile, width) && taken < wanted; x++) {
        if (object.data[y * width + x] !== 0) continue;
        data[y * width + x] = 1;
        taken++;
      }
    }
  }
  return taken === wanted ? { width, height, data } : fail(`the context has only ${taken} pixels, the region ${wanted}`);
}
