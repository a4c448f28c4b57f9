/** Contexts: patterns that fill the plane, 0 (dark) to 1 (light). Only IEEE's exact operations are used, so that all platforms agree to the byte. */
import type { Context, Texture } from './factors.js';

/** The tone at a place, both in periods along the pattern's own axes; `soft` is a pixel's size in periods. */
type Pattern = (u: number, v: number, soft: number) => number;

export const patterns: Readonly<Record<Texture, Pattern>> = {
  stripes: (u, _, soft) => edge(0.25 - Math.abs(fraction(u) - 0.5), soft),
  dots: (u, v, soft) => {
    const [x, y] = [fraction(u) - 0.5, fraction(v) - 0.5];
    return edge(0.32 - Math.sqrt(x * x + y * y), soft);
  },
  checks: (u, v, soft) => {
    const [a, b] = [edge(0.25 - Math.abs(fraction(u) - 0.5), soft), edge(0.25 - Math.abs(fraction(v) - 0.5), soft)];
    return a + b - 2 * a * b;
  },
  clouds: (u, v) => 0.6 * noise(u / 1.7, v / 1.7) + 0.4 * noise(u / 0.8 + 31, v / 0.8 + 17),
};

/** The tones of a context at the pixels of a square image, row-major. */
export function drawPattern({ texture, period, turn, phase }: Context, size: number): Float64Array {
  const pattern = patterns[texture];
  const scale = 1 / (1 + turn * turn);
  const [cos, sin] = [(1 - turn * turn) * scale, 2 * turn * scale];
  const step = 1 / (size * period);
  const tones = new Float64Array(size * size);
  for (let row = 0, i = 0; row < size; row++) {
    const y = (row + 0.5) * step;
    for (let column = 0; column < size; column++, i++) {
      const x = (column + 0.5) * step;
      tones[i] = pattern(cos * x + sin * y + phase[0], cos * y - sin * x + phase[1], step);
    }
  }
  return tones;
}

const fraction = (x: number) => x - Math.floor(x);

/** How much of a pixel lies inside an edge at this distance, which is positive inside. */
function edge(distance: number, soft: number): number {
  return Math.min(Math.max(distance / soft + 0.5, 0), 1);
}

/** Value noise: random tones at whole places, smoothly between them. */
function noise(u: number, v: number): number {
  const [x, y] = [Math.floor(u), Math.floor(v)];
  const [s, t] = [smooth(u - x), smooth(v - y)];
  const top = lattice(x, y) * (1 - s) + lattice(x + 1, y) * s;
  const bottom = lattice(x, y + 1) * (1 - s) + lattice(x + 1, y + 1) * s;
  return smooth(top * (1 - t) + bottom * t);
}

const smooth = (t: number) => t * t * (3 - 2 * t);

/** A number in [0, 1) that a whole place always has. */
function lattice(x: number, y: number): number {
  let hash = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}
