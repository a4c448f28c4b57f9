/** Arithmetic, comparison and logic on the content of small tensors. */
import { elementCount } from '../../tensor/tensor.js';
import type { Dim, Operation } from '../graph.js';
import { type DType, isFloat, isInteger } from '../tensor.js';
import { contentOf } from './content.js';
import * as dims from './dims.js';
import { type Content, type ContentTable, coordinates, readerOf } from './follow.js';

type Combine = (elements: readonly Dim[], dtype: DType | undefined, operation: Operation) => Dim | undefined;

/** Combines the operands element by element. */
const combined =
  (combine: Combine): Content =>
  (operation, { dtype, shape }) => {
    const readers: ((at: readonly number[]) => Dim)[] = [];
    for (const index of operation.inputs.keys()) {
      const reader = readerOf(operation, index);
      if (!reader) return undefined;
      readers.push(reader);
    }
    const result = (at: readonly number[]) =>
      combine(
        readers.map((read) => read(at)),
        dtype,
        operation,
      );
    return coordinates(shape).map((at) => rounded(dtype, result(at)));
  };

/** One rounding after sum, product, quotient or root in double precision gives what single precision gives. */
const rounded = (dtype: DType | undefined, element: Dim | undefined): Dim | undefined =>
  typeof element === 'number' && dtype === 'float32' ? Math.fround(element) : element;

/** Any number of operands. */
const folded = (combine: (a: Dim, b: Dim) => Dim): Content => combined((elements) => elements.reduce(combine));

const unary = (apply: (x: Dim, dtype: DType | undefined) => Dim | undefined): Content =>
  combined(([x], dtype) => apply(x!, dtype));

const binary = (apply: (a: Dim, b: Dim, dtype: DType | undefined, operation: Operation) => Dim | undefined): Content =>
  combined(([a, b], dtype, operation) => apply(a!, b!, dtype, operation));

/** Whether the sign of a - b is one of these. */
const compared = (...signs: number[]): Content =>
  binary((a, b) => {
    const sign = dims.compare(a, b);
    return sign === undefined ? undefined : Number(signs.includes(sign));
  });

/** A function of known numbers only. */
const numeric = (apply: (...elements: number[]) => number | boolean): Content =>
  combined((elements) => (elements.every((e) => typeof e === 'number') ? Number(apply(...elements)) : undefined));

/** All elements combined into one. */
const reduced =
  (combine: (elements: readonly Dim[]) => Dim | undefined): Content =>
  ({ inputs: [x] }, { dtype, shape }) => {
    const content = elementCount(shape) === 1 ? contentOf(x) : undefined;
    return content?.length ? [rounded(dtype, combine(content))] : undefined;
  };

/** Whole numbers are divided without remainder; quotients of names are taken not to be negative. */
function quotient(a: Dim, b: Dim, dtype: DType | undefined): Dim | undefined {
  if (b === 0) return undefined;
  if (typeof a === 'number' && typeof b === 'number') return isFloat(dtype) ? a / b : Math.trunc(a / b);
  if (!isFloat(dtype)) return dims.floorDivide(a, b);
  return typeof b === 'number' ? dims.multiply(a, 1 / b) : dims.exactQuotient(a, b);
}

/** With the sign of b, or with `fmod` of a. */
function remainder(a: Dim, b: Dim, _dtype: DType | undefined, operation: Operation): Dim | undefined {
  if (b === 0) return undefined;
  if (operation.int('fmod', 0)) return typeof a === 'number' && typeof b === 'number' ? a % b : undefined;
  return dims.subtract(a, dims.multiply(b, dims.floorDivide(a, b)));
}

function cast(x: Dim, dtype: DType | undefined): Dim | undefined {
  if (dtype === 'bool') return typeof x === 'number' ? Number(x !== 0) : undefined;
  if (isFloat(dtype)) return x;
  return typeof x === 'number' ? Math.trunc(x) : dims.floor(x);
}

/** Either side, where both are the same whatever the condition is. */
const chosen = ([condition, a, b]: readonly Dim[]): Dim | undefined =>
  typeof condition === 'number' ? (condition ? a : b) : a === b ? a : undefined;

/** Halves go to the even neighbour. */
const roundEven = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

export const arithmetic: ContentTable = {
  Add: folded(dims.add),
  Sub: folded(dims.subtract),
  Mul: folded(dims.multiply),
  Sum: folded(dims.add),
  Min: folded(dims.minimum),
  Max: folded(dims.maximum),
  Div: binary(quotient),
  Mod: binary(remainder),
  // Runtimes differ in the last bit of broken powers.
  Pow: binary((a, b, dtype) => (typeof a === 'number' && typeof b === 'number' && isInteger(dtype) ? a ** b : undefined)),
  Neg: unary((x) => dims.subtract(0, x)),
  Abs: unary((x) => (typeof x === 'number' ? Math.abs(x) : dims.compare(x, -1) === 1 ? x : undefined)),
  Floor: unary(dims.floor),
  Ceil: unary(dims.ceil),
  Round: numeric(roundEven),
  Sqrt: numeric(Math.sqrt),
  Sign: numeric(Math.sign),
  Cast: unary(cast),
  Where: combined(chosen),
  Equal: compared(0),
  Greater: compared(1),
  GreaterOrEqual: compared(0, 1),
  Less: compared(-1),
  LessOrEqual: compared(-1, 0),
  Not: numeric((a) => !a),
  And: numeric((a, b) => Boolean(a && b)),
  Or: numeric((a, b) => Boolean(a || b)),
  Xor: numeric((a, b) => Boolean(a) !== Boolean(b)),
  ReduceSum: reduced(dims.sum),
  ReduceProd: reduced(dims.product),
  ReduceMin: reduced((elements) => elements.reduce(dims.minimum)),
  ReduceMax: reduced((elements) => elements.reduce(dims.maximum)),
};
