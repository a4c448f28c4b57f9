/** The barrier distance of each pixel to the picture's border along a tree: the largest less the smallest level on the way. */

import type { Plane } from '../../image/image.js';
import type { Picture } from '../picture.js';
import { emptyPlane } from '../plane.js';
import type { RootedTree } from './rooted-tree.js';

/**
 * Two passes, up the tree and down, each keeping one best path a pixel (Tu et al. 2016). That is not always the best path there is, since
 * the barrier of a path is not made of the barriers of its parts; it is never below the true distance.
 * The cost of a path is the sum over channels of largest - smallest level, 0 to 255 each.
 */
export function barrierDistance({ width, height, channels, levels }: Picture, { order, parent }: RootedTree): Plane {
  const distance = emptyPlane({ width, height });
  const { data } = distance;
  const scale = levels instanceof Uint8Array ? 1 : 255;
  const highest = levels.slice();
  const lowest = levels.slice();
  const best = new Float64Array(width * height).fill(Infinity);
  for (let x = 0; x < width; x++) best[x] = best[(height - 1) * width + x] = 0;
  for (let y = 0; y < height; y++) best[y * width] = best[y * width + width - 1] = 0;

  const relax = (from: number, to: number) => {
    if (best[from] === Infinity) return;
    let cost = 0;
    for (let c = 0; c < channels; c++) {
      const level = levels[to * channels + c]!;
      cost += Math.max(highest[from * channels + c]!, level) - Math.min(lowest[from * channels + c]!, level);
    }
    if (!(cost < best[to]!)) return;
    best[to] = cost;
    for (let c = 0; c < channels; c++) {
      const level = levels[to * channels + c]!;
      highest[to * channels + c] = Math.max(highest[from * channels + c]!, level);
      lowest[to * channels + c] = Math.min(lowest[from * channels + c]!, level);
    }
  };
  for (let i = order.length - 1; i > 0; i--) relax(order[i]!, parent[order[i]!]!);
  for (let i = 1; i < order.length; i++) relax(parent[order[i]!]!, order[i]!);
  for (let i = 0; i < data.length; i++) data[i] = best[i]! * scale;
  return distance;
}
