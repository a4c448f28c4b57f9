/** Where to cut a picture so that what stands out stays in it. */
import type { Plane } from '../image/image.js';
import { integral, rectangleSum } from './filter/integral.js';

export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The part of the saliency that the crop keeps, 0 to 1. */
  readonly kept: number;
}

/**
 * The window of an aspect ratio that keeps the most saliency; of several that keep as much, the one nearest to the middle.
 * @param aspect width over height
 * @param scale size of the window, as a part of the largest that fits; above 0, at most 1
 */
export function salientCrop(map: Plane, aspect: number, scale = 1): Crop {
  const { width: all, height: tall } = map;
  const fit = Math.min(all, tall * aspect) * scale;
  const width = Math.max(1, Math.min(all, Math.round(fit)));
  const height = Math.max(1, Math.min(tall, Math.round(fit / aspect)));
  const sums = integral(map);
  const total = rectangleSum(sums, 0, 0, all, tall);
  const distance = (x: number, y: number) => Math.abs(x - (all - width) / 2) + Math.abs(y - (tall - height) / 2);
  let best = { x: Math.round((all - width) / 2), y: Math.round((tall - height) / 2) };
  let most = rectangleSum(sums, best.x, best.y, best.x + width, best.y + height);
  // Sums of another order differ by rounding: that is no reason to move.
  const tie = 1e-9 * total;
  for (let y = 0; y <= tall - height; y++) {
    for (let x = 0; x <= all - width; x++) {
      const sum = rectangleSum(sums, x, y, x + width, y + height);
      if (sum > most + tie || (sum > most - tie && distance(x, y) < distance(best.x, best.y))) {
        best = { x, y };
        most = Math.max(sum, most);
      }
    }
  }
  return { ...best, width, height, kept: total > 0 ? most / total : 1 };
}
