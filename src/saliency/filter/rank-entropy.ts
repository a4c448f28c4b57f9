/** The entropy of bytes in a disk around each pixel, by a histogram that slides along the rows. */
import type { Plane } from '../../image/image.js';
import type { BytePlane } from '../colour/grey.js';
import { emptyPlane } from '../plane.js';
import { diskReach } from './disk.js';

/**
 * -sum p log2 p over the levels in the disk, in bits; pixels outside the picture do not count. With n pixels of which h_k have level k
 * it is log2 n - sum h_k log2 h_k / n: a pixel that enters or leaves changes one term, looked up in a table. The cost of a pixel grows
 * with the radius, not with the disk's area.
 */
export function rankEntropy({ width, height, data }: BytePlane, radius: number): Plane {
  const entropy = emptyPlane({ width, height });
  const reach = diskReach(radius);
  const most = Math.min(width * height, (2 * radius + 1) ** 2);
  const terms = Float64Array.from({ length: most + 1 }, (_, h) => (h === 0 ? 0 : h * Math.log2(h)));
  const steps = Float64Array.from({ length: most }, (_, h) => terms[h + 1]! - terms[h]!);
  const logs = Float64Array.from({ length: most + 1 }, (_, n) => Math.log2(n));
  const histogram = new Int32Array(256);
  for (let y = 0; y < height; y++) {
    const top = Math.max(0, y - radius);
    const bottom = Math.min(height - 1, y + radius);
    // Begun anew with each row, so that rounding does not add up.
    histogram.fill(0);
    let sum = 0;
    let count = 0;
    for (let row = top; row <= bottom; row++) {
      const end = Math.min(width, reach[row - y + radius]!);
      for (let at = row * width; at < row * width + end; at++) {
        const level = data[at]!;
        sum += steps[histogram[level]!++]!;
        count++;
      }
    }
    for (let x = 0; x < width; x++) {
      for (let row = top; row <= bottom; row++) {
        const wide = reach[row - y + radius]!;
        const enter = x + wide;
        const leave = x - wide - 1;
        if (enter < width) {
          const level = data[row * width + enter]!;
          sum += steps[histogram[level]!++]!;
          count++;
        }
        if (leave >= 0) {
          const level = data[row * width + leave]!;
          sum -= steps[--histogram[level]!]!;
          count--;
        }
      }
      entropy.data[y * width + x] = Math.max(0, logs[count]! - sum / count);
    }
  }
  return entropy;
}
