/** Fades a map out towards its border, where filters have seen what is not there. */
import type { Plane } from '../../image/image.js';

/**
 * Multiplies the outer `reach` pixels by 1/(reach + 1), 2/(reach + 1) ... from the border inwards, in place; at most half the shorter side.
 */
export function fadeBorder(map: Plane, reach: number): Plane {
  const { width, height, data } = map;
  const length = Math.min(reach, Math.min(width, height) >> 1);
  const across = ramp(width, length);
  const down = ramp(height, length);
  for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++, at++) data[at]! *= across[x]! * down[y]!;
  return map;
}

function ramp(size: number, length: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => Math.min(1, (Math.min(i, size - 1 - i) + 1) / (length + 1)));
}
