/** The disk-shaped neighbourhood of rank filters. */

/** For each row -radius to radius of the disk dx^2 + dy^2 <= radius^2, how far it reaches to both sides. */
export function diskReach(radius: number): Int32Array {
  return Int32Array.from({ length: 2 * radius + 1 }, (_, i) => Math.floor(Math.sqrt(radius * radius - (i - radius) ** 2)));
}
