/** Objects: how far a place lies inside a shape, in radii of the circle around it; negative outside. */
import type { Shape } from './factors.js';

const half = Math.sqrt(0.5);
const root3 = Math.sqrt(3);

/** From (x, y) with the centre at 0 and y downwards. Exact on edges, which is where it matters: a pixel's coverage follows from it. */
type Depth = (x: number, y: number) => number;

export const depths: Readonly<Record<Shape | 'ring', Depth>> = {
  circle: (x, y) => 0.95 - Math.sqrt(x * x + y * y),
  square: (x, y) => half - Math.max(Math.abs(x), Math.abs(y)),
  // Three half planes at half a radius from the centre; one corner is up.
  triangle: (x, y) => 0.5 - Math.max(y, (root3 * Math.abs(x) - y) / 2),
  cross: (x, y) => {
    const [a, b] = [Math.abs(x), Math.abs(y)];
    return Math.max(Math.min(0.92 - a, 0.3 - b), Math.min(0.3 - a, 0.92 - b));
  },
  ring: (x, y) => 0.22 - Math.abs(Math.sqrt(x * x + y * y) - 0.75),
};
