import { type GradientCase, gradientCases } from '../../../test/gradient-cases.js';
import { awayFrom, between, distinct, exactly, ints, type Operand, positive } from '../../../test/samples.js';
import type { Attributes } from '../../onnx/graph.js';

const shape = [2, 3, 4];

/** Axes as the operator has them at an opset: an attribute, or an input; none. */
function forms(op: string, x: Operand | number[]): GradientCase[] {
  const opset = op === 'ReduceSum' ? 13 : 18;
  const kept: Attributes[] = [{}, { keepdims: 0 }];
  const axes = [[1], [0, 2], [-1], [0, 1, 2]];
  return kept.flatMap((attributes): GradientCase[] => [
    [op, { x }, attributes, { opset: 17 }],
    ...axes.map((list): GradientCase => [op, { x, axes: ints(list) }, attributes, { opset: Math.max(17, opset) }]),
    ...(opset === 18 ? axes.map((list): GradientCase => [op, { x }, { ...attributes, axes: list }, { opset: 17 }]) : []),
  ]);
}

gradientCases('reductions', [
  ...forms('ReduceSum', shape),
  ...forms('ReduceMean', shape),
  ...forms('ReduceMax', distinct(shape)),
  ...forms('ReduceMin', distinct(shape)),
  ...forms('ReduceProd', between(-1.4, -0.8, shape)),
  ...forms('ReduceL1', awayFrom(0, shape)),
  ...forms('ReduceL2', shape),
  ...forms('ReduceSumSquare', shape),
  ...forms('ReduceLogSum', positive(shape)),
  ...forms('ReduceLogSumExp', shape),
]);

gradientCases('reductions of nothing, of zeros, of half precision', [
  ['ReduceSum', { x: shape, axes: ints([]) }, { noop_with_empty_axes: 1 }],
  ['ReduceMean', { x: shape, axes: ints([]) }, { noop_with_empty_axes: 1 }, { opset: 18 }],
  ['ReduceMax', { x: distinct(shape), axes: ints([]) }, { noop_with_empty_axes: 1 }, { opset: 18 }],
  ['ReduceSum', { x: shape, axes: ints([]) }],
  ['ReduceMean', { x: [] }],
  ['ReduceProd', { x: exactly([0, 2, -3, 0, 0, 1.5, 2, 0.5, -1], [3, 3]) }, { axes: [1] }, { opset: 17 }],
  ['ReduceProd', { x: exactly([0, 2, -3, 0, 0, 1.5, 2, 0.5, -1], [3, 3]), axes: ints([0]) }, { keepdims: 0 }, { opset: 18 }],
  ['ReduceProd', { x: exactly([0, 2, -3, 0], [2, 2]) }, {}, { zero: true }],
  ['ReduceMean', { x: shape, axes: ints([1]) }, {}, { opset: 18, types: { float16: 4e-3, float64: 1e-3 } }],
  ['ReduceMax', { x: distinct(shape), axes: ints([1]) }, {}, { opset: 18, types: { float16: 4e-3, float64: 1e-3 } }],
  ['ReduceL2', { x: shape, axes: ints([1]) }, {}, { opset: 18, types: { float16: 8e-3 } }],
  ['ReduceProd', { x: positive(shape), axes: ints([1]) }, {}, { opset: 18, types: { float16: 8e-3 } }],
]);
