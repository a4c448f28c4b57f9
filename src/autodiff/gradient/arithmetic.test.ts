import { gradientCases, linear } from '../../../test/gradient-cases.js';
import { awayFrom, between, bools, constant, distinct, exactly, positive } from '../../../test/samples.js';
import { dtypes } from '../../onnx/tensor.js';

const shape = [2, 3, 4];
const half = { types: { float16: 4e-3 } };
const scalar = (value: number) => constant(exactly([value], []));
const to = (name: (typeof dtypes)[number]) => ({ to: dtypes.indexOf(name) });

/** Pairs of shapes that broadcast: one way, the other, both ways, from scalars, from nothing. */
const pairs: [number[], number[]][] = [
  [
    [2, 3, 4],
    [2, 3, 4],
  ],
  [[2, 3, 4], [4]],
  [
    [3, 1],
    [2, 3, 4],
  ],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [[2, 3], []],
  [[], [2, 3]],
  [[2, 3], [1]],
  [
    [1, 1],
    [2, 3, 4],
  ],
];

for (const op of ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Sum', 'Mean']) {
  const sample = { Div: positive, Pow: positive }[op] ?? between.bind(null, -1, 1);
  // Max and Min: the ranges of the operands interleave, none nearer than 0.1 (multiples of 0.1, and those plus 0.05, shifted).
  const kinked = op === 'Max' || op === 'Min';
  gradientCases(
    op,
    pairs.map(([a, c]) => [op, kinked ? { a: distinct(a), b: offset(distinct(c)) } : { a: sample(a), b: sample(c) }]),
    ['Add', 'Sub', 'Sum', 'Mean'].includes(op) ? linear : {},
  );
}

function offset(operand: ReturnType<typeof distinct>): ReturnType<typeof distinct> {
  return { ...operand, values: (random) => operand.values(random).map((value) => value - 0.05) };
}

gradientCases('arithmetic with repeated operands, scalars and more operands', [
  ['Mul', { x: shape, y: 'x' }],
  ['Add', { x: shape, y: 'x' }],
  ['Sub', { x: shape, c: constant([4]) }],
  ['Sub', { c: constant([4]), x: shape }],
  ['Div', { x: positive(shape), c: scalar(3) }, {}, half],
  ['Div', { c: scalar(3), x: positive(shape) }],
  ['Mul', { x: shape, c: constant([3, 1]) }, {}, { types: { float16: 4e-3, float64: 1e-3 } }],
  ['Pow', { x: positive(shape), y: 'x' }],
  ['Pow', { x: shape, p: scalar(2) }, {}, { types: { float16: 4e-3, float64: 1e-3 } }],
  ['Pow', { x: shape, p: scalar(3) }],
  ['Pow', { x: positive(shape), p: scalar(0.5) }, {}, half],
  ['Pow', { x: awayFrom(0, shape), p: scalar(-1) }],
  ['Pow', { x: shape, p: scalar(1) }],
  ['Pow', { x: shape, p: constant({ ...exactly([3], []), dtype: 'int64' }) }],
  ['Pow', { x: shape, p: constant({ ...exactly([1, 2, 3, 4]), dtype: 'int64' }) }],
  ['Pow', { c: scalar(2), p: shape }],
  ['Sum', { a: [2, 3], b: [3], c: [2, 1] }],
  ['Sum', { a: [2, 3], b: 'a', c: 'a' }],
  ['Sum', { a: [2, 3] }],
  ['Mean', { a: [2, 3], b: [3], c: [2, 1] }],
  ['Max', { a: distinct([2, 3]), b: offset(distinct([2, 3])), c: constant([3]) }],
  ['Max', { a: distinct([2, 3]) }],
  ['Min', { a: distinct([2, 3]), b: offset(distinct([3])), c: scalar(0.18) }],
  ['Max', { x: awayFrom(0, shape), c: scalar(0) }, {}, { types: { float16: 4e-3, float64: 1e-3 } }],
  ['Mod', { x: between(0.1, 0.9, [2, 3]), y: between(1.1, 1.3, [3]) }, { fmod: 1 }],
  ['Mod', { x: between(2.8, 3.1, [2, 3]), y: between(1.1, 1.3, [3]) }, { fmod: 1 }],
  ['Mod', { x: between(-3.1, -2.8, [2, 3]), y: between(1.1, 1.3, [3]) }, { fmod: 1 }],
]);

gradientCases('choices', [
  ['Where', { c: bools([1, 0, 1, 1, 0, 0], [2, 3]), a: [2, 3], b: [2, 3] }, {}, half],
  ['Where', { c: bools([1, 0, 1], [3]), a: [2, 3], b: [] }],
  ['Where', { c: bools([1, 0], [2, 1]), a: [3], b: [2, 3] }],
  ['Where', { c: bools([1, 0], [2, 1]), a: [3], b: scalar(-1) }],
  ['Where', { c: bools([1, 0, 0, 1], [2, 2, 1]), a: scalar(0), b: [2, 3] }],
]);

gradientCases('elementary functions', [
  ['Neg', { x: shape }, {}, half],
  ['Abs', { x: awayFrom(0, shape) }, {}, { types: { float16: 4e-3, float64: 1e-3 } }],
  ['Sqrt', { x: positive(shape) }, {}, { types: { float16: 4e-3, float64: 1e-3 } }],
  ['Exp', { x: shape }, {}, { types: { float16: 4e-3, float64: 1e-3 } }],
  ['Log', { x: positive(shape) }, {}, half],
  ['Reciprocal', { x: awayFrom([0, -0.2, 0.2], shape) }, {}, { step: 0.002, types: { float16: 8e-3 } }],
  ['Sin', { x: between(-3, 3, shape) }, {}, half],
  ['Cos', { x: between(-3, 3, shape) }],
  ['Tan', { x: shape }],
  ['Asin', { x: between(-0.8, 0.8, shape) }, {}, half],
  ['Acos', { x: between(-0.8, 0.8, shape) }],
  ['Atan', { x: between(-3, 3, shape) }],
  ['Sinh', { x: between(-2, 2, shape) }],
  ['Cosh', { x: between(-2, 2, shape) }],
  ['Asinh', { x: between(-3, 3, shape) }],
  ['Acosh', { x: between(1.5, 3, shape) }],
  ['Atanh', { x: between(-0.8, 0.8, shape) }],
  ['Identity', { x: shape }],
  ['Dropout', { x: shape }],
  ['Dropout', { x: shape, ratio: scalar(0.4) }, {}, {}],
  ['Cast', { x: shape }, to('float64')],
  // Rounding to half precision hides the difference unless the step is large.
  ['Cast', { x: shape }, to('float16'), { step: 0.5, rtol: 4e-3 }],
  ['CastLike', { x: shape, like: scalar(1) }, {}, { opset: 19 }],
]);
