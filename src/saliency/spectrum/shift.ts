/** Draws a spectrum the way it is shown: the mean in the middle. */
import type { Plane } from '../../image/image.js';
import { emptyPlane, type Field } from '../plane.js';

/** numpy.fft.fftshift: entry (0, 0) moves to the middle. */
export function shifted({ width, height, data }: Field): Plane {
  const map = emptyPlane({ width, height });
  for (let y = 0; y < height; y++) {
    const row = ((y + (height >> 1)) % height) * width;
    for (let x = 0; x < width; x++) map.data[row + ((x + (width >> 1)) % width)] = data[y * width + x]!;
  }
  return map;
}
