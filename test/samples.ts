/** Operands of test cases: shapes, and where their numbers come from. Everything is seeded. */
import type { DType } from '../src/onnx/tensor.js';
import { elementCount } from '../src/tensor/tensor.js';

/** Uniform in [0, 1). */
export type Random = () => number;

export interface Operand {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly values: (random: Random) => readonly number[];
  /** A constant of the graph, by which nothing is differentiated. */
  readonly constant: boolean;
  /** In titles, instead of the shape. */
  readonly label?: string;
}

/** A shape stands for numbers in [-1, 1], a name for another operand of the same case, null for an optional input left out. */
export type OperandLike = readonly number[] | Operand | string | null;

const sampled = (shape: readonly number[], values: Operand['values']): Operand => ({
  shape,
  dtype: 'float32',
  values,
  constant: false,
});

export const between = (low: number, high: number, shape: readonly number[]): Operand =>
  sampled(shape, (random) => Array.from({ length: elementCount(shape) }, () => low + (high - low) * random()));

export const positive = (shape: readonly number[]): Operand => between(0.5, 2, shape);

/** In [-reach, reach], at least 0.1 away from each kink. */
export const awayFrom = (kinks: number | readonly number[], shape: readonly number[], reach = 2): Operand =>
  sampled(shape, (random) => {
    const draw = (): number => {
      const value = reach * (2 * random() - 1);
      return [kinks].flat().some((kink) => Math.abs(value - kink) < 0.1) ? draw() : value;
    };
    return Array.from({ length: elementCount(shape) }, draw);
  });

/** No two nearer than 0.1, none near 0, shuffled: for operators that pick the largest. */
export const distinct = (shape: readonly number[]): Operand =>
  sampled(shape, (random) => {
    const count = elementCount(shape);
    const values = Array.from({ length: count }, (_, i) => 0.1 * (i - Math.floor(count / 2)) + 0.05);
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [values[i], values[j]] = [values[j]!, values[i]!];
    }
    return values;
  });

export const exactly = (values: readonly number[], shape: readonly number[] = [values.length]): Operand => ({
  ...sampled(shape, () => values),
  label: shape.length > 1 ? `[${shape}](${values})` : `(${values})`,
});

/** The same numbers, as a constant of the graph. */
export const constant = (operand: readonly number[] | Operand): Operand => ({ ...asOperand(operand), constant: true });

/** A constant of int64: axes, indices, sizes. */
export const ints = (values: readonly number[], shape: readonly number[] = [values.length]): Operand => ({
  ...exactly(values, shape),
  dtype: 'int64',
  constant: true,
});

/** A constant vector of float32: scales. */
export const floatList = (...values: number[]): Operand => constant(exactly(values));

export const bools = (values: readonly number[], shape: readonly number[] = [values.length]): Operand => ({
  ...ints(values, shape),
  dtype: 'bool',
});

export const asOperand = (like: readonly number[] | Operand): Operand => ('dtype' in like ? like : between(-1, 1, like));

export const float = (value: number) => ({ float: value });

/** Mulberry32, seeded by a text. */
export function randomOf(text: string): Random {
  let state = [...text].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
