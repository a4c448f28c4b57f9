/** The normalisation N of Itti, Koch and Niebur: promotes maps in which few places stand out, and suppresses those in which many do. */
import type { Plane } from '../../image/image.js';
import { localMaxima } from '../filter/local-maxima.js';
import { emptyPlane, extremes } from '../plane.js';

const FLAT = 1e-9;

/** Scaled to 0 to 1 and multiplied by (1 - m)^2, m the mean of the local maxima but the first global one. A flat map becomes zero. */
export function promoted(map: Plane): Plane {
  const result = emptyPlane(map);
  const { data } = map;
  const [low, high] = extremes(data);
  const range = high - low;
  if (range < FLAT) return result;
  const global = data.indexOf(high);
  const others = localMaxima(map).filter((place) => place !== global);
  const mean = others.length ? others.reduce((sum, place) => sum + (data[place]! - low) / range, 0) / others.length : 0;
  const factor = (1 - mean) ** 2 / range;
  for (let i = 0; i < data.length; i++) result.data[i] = (data[i]! - low) * factor;
  return result;
}

const BLOCK = 16;

/**
 * pySaliencyMap's: scaled to 0 to 1 and multiplied by (1 - m)^2, m the mean of the maxima of 16 x 16 blocks. Blocks begin at multiples of 16
 * below size - 16; where that leaves none, which fails in pySaliencyMap, the whole map is one.
 */
export function promotedByBlocks(map: Plane): Plane {
  const scaled = emptyPlane(map);
  const { width, height, data } = scaled;
  const [low, high] = extremes(map.data);
  if (!(high > low)) return scaled;
  for (let i = 0; i < data.length; i++) data[i] = (map.data[i]! - low) / (high - low);
  let [sum, count] = [0, 0];
  for (let top = 0; top < height - BLOCK; top += BLOCK) {
    for (let left = 0; left < width - BLOCK; left += BLOCK) {
      sum += largestIn(scaled, left, top);
      count++;
    }
  }
  const factor = count === 0 ? 1 : (1 - sum / count) ** 2;
  for (let i = 0; i < data.length; i++) data[i]! *= factor;
  return scaled;
}

function largestIn({ width, data }: Plane, left: number, top: number): number {
  let most = 0;
  for (let y = top; y < top + BLOCK; y++) for (let x = left; x < left + BLOCK; x++) most = Math.max(most, data[y * width + x]!);
  return most;
}
