/** Non-negative matrix factorisation: a matrix as a sum of few parts, each a column times a row without negative elements. */
import type { Progress } from './method.js';
import { numpyNormal } from './numpy-random.js';

/** X [rows, columns] is about left [rows, components] times the transpose of right [columns, components]. */
export interface Factors {
  readonly left: Float64Array;
  readonly right: Float64Array;
}

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row-major, not negative. */
  readonly data: ArrayLike<number>;
}

/** Where the projected gradient has fallen to this part of what it was, more steps change nothing that one would see. */
const TOLERANCE = 1e-4;

/**
 * Minimises the squared error by coordinate descent, from random factors: as scikit-learn's `NMF(init='random')`, number for number.
 * Cichocki, Phan 2009, algorithm 2. Yields after each iteration.
 */
export async function* factorise(
  matrix: Matrix,
  { components, seed, iterations }: { readonly components: number; readonly seed: number; readonly iterations: number },
): AsyncGenerator<Progress, Factors> {
  const { rows, columns } = matrix;
  const factors = randomFactors(matrix, components, seed);
  const turned = transposed(matrix);
  let first = 0;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const violation =
      descend(factors.left, product(matrix, factors.right, components), gram(factors.right, columns, components), components) +
      descend(factors.right, product(turned, factors.left, components), gram(factors.left, rows, components), components);
    if (iteration === 0) first = violation;
    if (first === 0 || violation / first <= TOLERANCE) break;
    yield { done: iteration + 1, total: iterations };
  }
  return factors;
}

function randomFactors({ rows, columns, data }: Matrix, components: number, seed: number): Factors {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]!;
  const scale = Math.sqrt(sum / data.length / components);
  const normal = numpyNormal(seed);
  const right = new Float64Array(columns * components);
  // In scikit-learn's order: the right factor first, component by component.
  for (let k = 0; k < components; k++) for (let j = 0; j < columns; j++) right[j * components + k] = Math.abs(scale * normal());
  const left = Float64Array.from({ length: rows * components }, () => Math.abs(scale * normal()));
  return { left, right };
}

/** One step of each element of a factor to its minimum, or to zero; yields how far the projected gradient was from zero. */
function descend(factor: Float64Array, target: Float64Array, hessian: Float64Array, components: number): number {
  let violation = 0;
  const count = factor.length / components;
  for (let k = 0; k < components; k++) {
    const curvature = hessian[k * components + k]!;
    for (let i = 0; i < count; i++) {
      const at = i * components;
      let slope = -target[at + k]!;
      for (let r = 0; r < components; r++) slope += hessian[k * components + r]! * factor[at + r]!;
      violation += Math.abs(factor[at + k] === 0 ? Math.min(0, slope) : slope);
      if (curvature !== 0) factor[at + k] = Math.max(factor[at + k]! - slope / curvature, 0);
    }
  }
  return violation;
}

/** X F: [rows, components]. */
function product({ rows, columns, data }: Matrix, factor: Float64Array, components: number): Float64Array {
  const result = new Float64Array(rows * components);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const value = data[i * columns + j]!;
      if (value === 0) continue;
      for (let k = 0; k < components; k++) result[i * components + k]! += value * factor[j * components + k]!;
    }
  }
  return result;
}

/** F' F: [components, components]. */
function gram(factor: Float64Array, count: number, components: number): Float64Array {
  const result = new Float64Array(components * components);
  for (let i = 0; i < count; i++)
    for (let k = 0; k < components; k++)
      for (let r = 0; r < components; r++)
        result[k * components + r]! += factor[i * components + k]! * factor[i * components + r]!;
  return result;
}

function transposed({ rows, columns, data }: Matrix): Matrix {
  const turned = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j]!;
  return { rows: columns, columns: rows, data: turned };
}
