/** Makes superpixels connected: pieces that are too small are given to a neighbour. */
import type { Superpixels } from './superpixels.js';

/**
 * Numbers the connected pieces (of 4 neighbours) of labels in raster order. A piece below `least` pixels takes the number of the last
 * numbered neighbour met while it was walked; the walk ends at `most` pixels, and what is left of the piece begins another. As scikit-image.
 */
export function connected(
  { width, height, labels }: { readonly width: number; readonly height: number; readonly labels: Int32Array },
  least: number,
  most: number,
): Superpixels {
  const numbers = new Int32Array(labels.length).fill(-1);
  const queue = new Int32Array(Math.max(1, most));
  let count = 0;
  let used = 0;
  for (let start = 0; start < labels.length; start++) {
    if (numbers[start]! >= 0) continue;
    const label = labels[start]!;
    let neighbour = count;
    let size = 1;
    numbers[start] = count;
    queue[0] = start;
    for (let next = 0; next < size && size < most; next++) {
      const pixel = queue[next]!;
      const x = pixel % width;
      for (let side = 0; side < 4; side++) {
        const other = sideOf(pixel, side, x, width, labels.length);
        if (other < 0) continue;
        if (labels[other] === label && numbers[other] === -1) {
          numbers[other] = count;
          queue[size++] = other;
          if (size >= most) break;
        } else if (numbers[other]! >= 0 && numbers[other] !== count) neighbour = numbers[other]!;
      }
    }
    // As in scikit-image 0.26, a small piece that comes first shares its number with the next piece, wherever that is.
    if (size < least) for (let i = 0; i < size; i++) numbers[queue[i]!] = neighbour;
    else count++;
    used = Math.max(used, numbers[start]! + 1);
  }
  return { width, height, labels: numbers, count: used };
}

/** The pixel to the right, to the left, below, above; -1 where there is none. */
function sideOf(pixel: number, side: number, x: number, width: number, length: number): number {
  if (side === 0) return x + 1 < width ? pixel + 1 : -1;
  if (side === 1) return x > 0 ? pixel - 1 : -1;
  if (side === 2) return pixel + width < length ? pixel + width : -1;
  return pixel - width;
}
