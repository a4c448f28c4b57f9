/** Draws a spectrum the way it is shown: upright, the mean in the middle. */
import type { Plane } from '../../image/image.js';
import { emptyPlane, type Field } from '../plane.js';

/** numpy.fft.fftshift of a map of a spectrum that lies on its side, turned upright: entry (0, 0) moves to the middle. */
export function uprightShifted({ width, height, data }: Field): Plane {
  const map = emptyPlane({ width: height, height: width });
  for (let y = 0; y < map.height; y++) {
    const row = ((y + (map.height >> 1)) % map.height) * map.width;
    for (let x = 0; x < map.width; x++) map.data[row + ((x + (map.width >> 1)) % map.width)] = data[x * width + y]!;
  }
  return map;
}
