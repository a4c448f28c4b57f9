/** Local maxima of a map. */
import type { Plane } from '../../image/image.js';
import { kernels } from '../simd/kernels.js';

/** The places whose value is above all of their 8 neighbours, in raster order. Neighbours outside the map do not count. */
export function localMaxima(map: Plane): number[] {
  const { width, height, data } = map;
  // Three rows, row y at place y modulo 3, and the list; loops may touch three more numbers of each.
  const rowBytes = 4 * (width + 3);
  const { memory, peaks } = kernels(4 * rowBytes);
  const placeOf = (y: number) => (y % 3) * rowBytes;
  const rows = [0, 1, 2].map((y) => new Float32Array(memory, placeOf(y), width));
  const inside = new Int32Array(memory, 3 * rowBytes, width);
  const places: number[] = [];
  const addIfHighest = (x: number, y: number) => {
    if (isHighest(map, x, y)) places.push(y * width + x);
  };
  for (let y = 0; y < height; y++) {
    for (let next = y === 0 ? 0 : y + 1; next <= y + 1 && next < height; next++) {
      rows[next % 3]!.set(data.subarray(next * width, (next + 1) * width));
    }
    if (y === 0 || y === height - 1) {
      for (let x = 0; x < width; x++) addIfHighest(x, y);
      continue;
    }
    addIfHighest(0, y);
    const count = peaks(placeOf(y - 1), placeOf(y), placeOf(y + 1), width, 3 * rowBytes);
    for (let i = 0; i < count; i++) places.push(y * width + inside[i]!);
    if (width > 1) addIfHighest(width - 1, y);
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
