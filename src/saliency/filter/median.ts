/** The median of bytes in a square window, by a histogram that slides along the rows (Huang 1979). */
import type { BytePlane } from '../colour/grey.js';
import { bordered, replicate } from './border.js';

/** The median of the (2 radius + 1)^2 window with the border repeated: cv2.medianBlur. */
export function median({ width, height, data }: BytePlane, radius: number): BytePlane {
  const side = 2 * radius + 1;
  const half = (side * side) >> 1;
  const result = new Uint8Array(width * height);
  const columns = bordered(replicate, -radius - 1, width + side, width);
  const rows = bordered(replicate, -radius, height + side, height);
  const histogram = new Uint16Array(256);
  for (let y = 0; y < height; y++) {
    histogram.fill(0);
    let middle = 0;
    // Pixels below `middle`.
    let below = 0;
    for (let k = 0; k < side; k++) {
      const row = rows[y + k]! * width;
      for (let x = 0; x < side; x++) histogram[data[row + columns[x]!]!]!++;
    }
    for (let x = 0; x < width; x++) {
      for (let k = 0; k < side; k++) {
        const row = rows[y + k]! * width;
        const leave = data[row + columns[x]!]!;
        const enter = data[row + columns[x + side]!]!;
        histogram[leave]!--;
        if (leave < middle) below--;
        histogram[enter]!++;
        if (enter < middle) below++;
      }
      while (below > half) below -= histogram[--middle]!;
      while (below + histogram[middle]! <= half) below += histogram[middle++]!;
      result[y * width + x] = middle;
    }
  }
  return { width, height, data: result };
}
