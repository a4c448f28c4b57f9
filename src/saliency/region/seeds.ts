/** Where superpixels start: a regular grid, as scikit-image lays it. */
import { roundHalfToEven } from '../filter/rounding.js';

export interface SeedGrid {
  readonly startX: number;
  readonly startY: number;
  readonly stepX: number;
  readonly stepY: number;
}

/** skimage.util.regular_grid for a plane: about `points` places, evenly spaced on both axes. Steps are rounded half to even. */
export function seedGrid(width: number, height: number, points: number): SeedGrid {
  if (width * height <= points) return { startX: 0, startY: 0, stepX: 1, stepY: 1 };
  // As in scikit-image a plane is a volume of depth 1, whose smallest axis is taken out first, and a thin one after it.
  const sizes = [1, Math.min(width, height), Math.max(width, height)];
  let space = width * height;
  let steps = sizes.map(() => Math.cbrt(space / points));
  if (sizes.some((size, i) => size < steps[i]!)) {
    for (let axis = 0; axis < 3; axis++) {
      steps[axis] = sizes[axis]!;
      space = sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
      const rest = (space / points) ** (1 / (2 - axis));
      steps = steps.map((step, i) => (i > axis ? rest : step));
      if (sizes.every((size, i) => size >= steps[i]!)) break;
    }
  }
  const [, short, long] = steps as [number, number, number];
  const [x, y] = width < height ? [short, long] : [long, short];
  return { startX: Math.floor(x / 2), startY: Math.floor(y / 2), stepX: roundHalfToEven(x), stepY: roundHalfToEven(y) };
}
