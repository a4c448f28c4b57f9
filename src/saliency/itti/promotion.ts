/** The normalisation N of Itti, Koch and Niebur: promotes maps in which few places stand out, and suppresses those in which many do. */
import type { Plane } from '../../image/image.js';
import { localMaxima } from '../filter/local-maxima.js';
import { emptyPlane, extremes } from '../plane.js';

const FLAT = 1e-9;

/** Scaled to 0 to 1 and multiplied by (1 - m)^2, m the mean of the local maxima but the first global one. A flat map becomes zero. */
export function promoted(map: Plane): Plane {
  const result = emptyPlane(map);
  addPromoted(result, map);
  return result;
}

/** Adds the promoted map to a sum, `weight` times. */
export function addPromoted(sum: Plane, map: Plane, weight = 1): void {
  const { data } = map;
  const [low, high] = extremes(data);
  const range = high - low;
  if (range < FLAT) return;
  const global = data.indexOf(high);
  const others = localMaxima(map).filter((place) => place !== global);
  const mean = others.length ? others.reduce((total, place) => total + (data[place]! - low) / range, 0) / others.length : 0;
  addScaled(sum, map, low, (weight * (1 - mean) ** 2) / range);
}

/** Adds (map - low) * factor. */
function addScaled(sum: Plane, { data }: Plane, low: number, factor: number): void {
  for (let i = 0; i < data.length; i++) sum.data[i]! += (data[i]! - low) * factor;
}

const BLOCK = 16;

/**
 * pySaliencyMap's: scaled to 0 to 1 and multiplied by (1 - m)^2, m the mean of the maxima of 16 x 16 blocks. Blocks begin at multiples of 16
 * below size - 16; where that leaves none, which fails in pySaliencyMap, the whole map is one.
 */
export function promotedByBlocks(map: Plane): Plane {
  const result = emptyPlane(map);
  addPromotedByBlocks(result, map);
  return result;
}

/** Adds the map promoted by blocks to a sum, `weight` times. */
export function addPromotedByBlocks(sum: Plane, map: Plane, weight = 1): void {
  const { width, height, data } = map;
  const [low, high] = extremes(data);
  if (!(high > low)) return;
  let [total, count] = [0, 0];
  for (let top = 0; top < height - BLOCK; top += BLOCK) {
    for (let left = 0; left < width - BLOCK; left += BLOCK) {
      total += (largestIn(map, left, top) - low) / (high - low);
      count++;
    }
  }
  const factor = count === 0 ? 1 : (1 - total / count) ** 2;
  addScaled(sum, map, low, (weight * factor) / (high - low));
}

function largestIn({ width, data }: Plane, left: number, top: number): number {
  let most = -Infinity;
  for (let y = top; y < top + BLOCK; y++) {
    for (let at = y * width + left; at < y * width + left + BLOCK; at++) if (data[at]! > most) most = data[at]!;
  }
  return most;
}
