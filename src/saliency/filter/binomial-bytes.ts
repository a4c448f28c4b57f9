/** OpenCV's smallest Gaussian on bytes: [1 2 1] both ways, rounded once. */
import type { BytePlane } from '../colour/grey.js';
import { reflect101 } from './border.js';

/** cv2.GaussianBlur(bytes, (3, 3), 0), to the bit: ([1 2 1] x [1 2 1] + 8) >> 4, mirrored at the border. */
export function binomialBytes({ width, height, data }: BytePlane): BytePlane {
  const result = new Uint8Array(width * height);
  const sums = new Int32Array(width);
  const left = reflect101(-1, width);
  const right = reflect101(width, width);
  for (let y = 0; y < height; y++) {
    const above = reflect101(y - 1, height) * width;
    const here = y * width;
    const below = reflect101(y + 1, height) * width;
    for (let x = 0; x < width; x++) sums[x] = data[above + x]! + 2 * data[here + x]! + data[below + x]!;
    for (let x = 1; x < width - 1; x++) result[here + x] = (sums[x - 1]! + 2 * sums[x]! + sums[x + 1]! + 8) >> 4;
    result[here] = (sums[left]! + 2 * sums[0]! + sums[Math.min(1, width - 1)]! + 8) >> 4;
    if (width > 1) result[here + width - 1] = (sums[width - 2]! + 2 * sums[width - 1]! + sums[right]! + 8) >> 4;
  }
  return { width, height, data: result };
}
