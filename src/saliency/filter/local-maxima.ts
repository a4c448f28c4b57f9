/** Local maxima of a map. */
import type { Plane } from '../../image/image.js';

/** The places whose value is above all of their 8 neighbours, in raster order. Neighbours outside the map do not count. */
export function localMaxima(map: Plane): number[] {
  const { width, height, data } = map;
  const places: number[] = [];
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const inside = y > 0 && y < height - 1;
    for (let x = 0; x < width; x++) {
      const at = row + x;
      const value = data[at]!;
      // Along a row a value is above the next one, or it is not the highest. Then the next one is not, and is passed over.
      if (x + 1 < width && value <= data[at + 1]!) continue;
      const highest =
        inside && x > 0 && x + 1 < width
          ? value > data[at - 1]! &&
            value > data[at - width]! &&
            value > data[at + width]! &&
            value > data[at - width - 1]! &&
            value > data[at - width + 1]! &&
            value > data[at + width - 1]! &&
            value > data[at + width + 1]!
          : isHighest(map, x, y);
      if (highest) places.push(at);
      x++;
    }
  }
  return places;
}

function isHighest({ width, height, data }: Plane, x: number, y: number): boolean {
  const at = y * width + x;
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
      const other = v * width + u;
      if (other !== at && data[other]! >= data[at]!) return false;
    }
  }
  return true;
}
