/** The equilibrium of a random walker that prefers near and unlike places. */
import type { Field } from '../plane.js';
import { extremes } from '../plane.js';

const FLAT = 1e-9;
const MOST_STEPS = 10_000;

/**
 * How often a walker on the map's cells is at each, if it goes from i to j with weight |A_i - A_j| exp(-d^2 / 2 s^2). The weights are
 * symmetric, so that the walk is reversible, and the equilibrium is each cell's strength, the sum of its weights, over the sum of all. On a
 * flat map it is uniform.
 */
export function equilibrium(map: Field, spread: number): Float64Array {
  const strengths = strengthsOf(map, spread);
  const total = strengths.reduce((sum, strength) => sum + strength, 0);
  return isFlat(map) || total === 0
    ? new Float64Array(strengths.length).fill(1 / strengths.length)
    : strengths.map((strength) => strength / total);
}

/** The same by iteration from the uniform distribution until the L2 change is at most the tolerance, as in the authors' package (1e-4). */
export function equilibriumByIteration(map: Field, spread: number, tolerance: number): Float64Array {
  const count = map.data.length;
  let state = new Float64Array(count).fill(1 / count);
  if (isFlat(map)) return state;
  const steps = transitions(map, spread);
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let j = 0, at = i * count; j < count; j++, at++) sum += steps[at]! * state[j]!;
      next[i] = sum;
    }
    let change = 0;
    for (let i = 0; i < count; i++) change += (next[i]! - state[i]!) ** 2;
    state = next;
    if (Math.sqrt(change) <= tolerance) break;
  }
  return state;
}

/** count x count: in row i and column j, how likely the walker goes from j to i. */
function transitions(map: Field, spread: number): Float64Array {
  const { width, data } = map;
  const count = data.length;
  const strengths = strengthsOf(map, spread);
  const falloff = falloffOf(map, spread);
  const steps = new Float64Array(count * count);
  for (let i = 0, at = 0; i < count; i++) {
    for (let j = 0; j < count; j++, at++) {
      const across = falloff[Math.abs((i % width) - (j % width))]!;
      const down = falloff[Math.abs(Math.floor(i / width) - Math.floor(j / width))]!;
      if (strengths[j]! > 0) steps[at] = (Math.abs(data[i]! - data[j]!) * across * down) / strengths[j]!;
    }
  }
  return steps;
}

/** exp(-d^2 / 2 s^2) along one axis; in the plane it is a product of two. */
function falloffOf({ width, height }: Field, spread: number): Float64Array {
  return Float64Array.from({ length: Math.max(width, height) }, (_, d) => Math.exp(-(d * d) / (2 * spread * spread)));
}

function isFlat({ data }: Field): boolean {
  const [low, high] = extremes(data);
  return high - low < FLAT;
}

function strengthsOf({ width, height, data }: Field, spread: number): Float64Array {
  const strengths = new Float64Array(data.length);
  const falloff = falloffOf({ width, height, data }, spread);
  // Pairs are taken once, row against row.
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const value = data[i]!;
      let own = 0;
      for (let other = y; other < height; other++) {
        const down = falloff[other - y]!;
        const row = other * width;
        for (let c = other === y ? x + 1 : 0; c < width; c++) {
          const weight = Math.abs(value - data[row + c]!) * down * falloff[c < x ? x - c : c - x]!;
          own += weight;
          strengths[row + c]! += weight;
        }
      }
      strengths[i]! += own;
    }
  }
  return strengths;
}
