import { describe, expect, it } from 'vitest';
import { arrayOf, backwardOf, graphOf, runOnce } from '../../../test/finite-differences.js';
import { nodeOf, titleOf } from '../../../test/gradient-cases.js';
import { asOperand, constant, exactly, float, ints, type Operand, randomOf } from '../../../test/samples.js';
import { Builder } from '../../onnx/builder.js';
import type { Attributes } from '../../onnx/graph.js';
import { numbers } from '../../onnx/tensor.js';

const scalar = (value: number) => constant(exactly([value], []));
const image = (...values: number[]) => exactly(values, [1, 1, 1, values.length]);

/** Where the derivative does not exist, or a formula would divide by zero: what PyTorch yields there, for dy = 1. */
const cases: [
  op: string,
  operands: Record<string, Operand>,
  attributes: Attributes,
  dx: Record<string, number[]>,
  opset?: number,
][] = [
  ['Relu', { x: exactly([-1, 0, 1]) }, {}, { x: [0, 0, 1] }],
  ['LeakyRelu', { x: exactly([-1, 0, 1]) }, { alpha: float(0.25) }, { x: [0.25, 0.25, 1] }],
  ['PRelu', { x: exactly([-2, 0, 2]), slope: exactly([0.25]) }, {}, { x: [0.25, 0.25, 1], slope: [-2] }],
  ['Elu', { x: exactly([0, 1]) }, { alpha: float(0.5) }, { x: [0.5, 1] }],
  ['Celu', { x: exactly([0, 1]) }, { alpha: float(2) }, { x: [1, 1] }],
  ['Selu', { x: exactly([0]) }, { alpha: float(1.5), gamma: float(2) }, { x: [3] }],
  ['ThresholdedRelu', { x: exactly([1, 1.5]) }, {}, { x: [0, 1] }],
  ['Clip', { x: exactly([-1, 0, 3, 6, 7]), low: scalar(0), high: scalar(6) }, {}, { x: [0, 0, 1, 0, 0] }],
  ['HardSwish', { x: exactly([-4, -3, 0, 3, 4]) }, {}, { x: [0, 0, 0.5, 1, 1] }],
  ['HardSigmoid', { x: exactly([-3, 0, 3]) }, { alpha: float(1 / 6) }, { x: [0, 1 / 6, 0] }],
  ['Shrink', { x: exactly([-0.5, 0, 0.5, 1]) }, {}, { x: [0, 0, 0, 1] }],
  ['Abs', { x: exactly([-2, 0, 2]) }, {}, { x: [-1, 0, 1] }],
  ['Softsign', { x: exactly([0]) }, {}, { x: [1] }],
  ['Max', { a: exactly([1, 2, 3]), b: exactly([3, 2, 1]) }, {}, { a: [0, 0.5, 1], b: [1, 0.5, 0] }],
  ['Min', { a: exactly([1, 2, 3]), b: exactly([3, 2, 1]) }, {}, { a: [1, 0.5, 0], b: [0, 0.5, 1] }],
  ['Max', { x: exactly([-1, 0, 1]), zero: scalar(0) }, {}, { x: [0, 0.5, 1] }],
  ['Pow', { x: exactly([-2, 0, 3]), p: scalar(2) }, {}, { x: [-4, 0, 6] }],
  ['Pow', { x: exactly([-2, 0, 3]), p: scalar(1) }, {}, { x: [1, 1, 1] }],
  ['Pow', { x: exactly([0, 1]), p: exactly([2, 2]) }, {}, { x: [0, 2], p: [0, 0] }],
  ['Sqrt', { x: exactly([0, 4]) }, {}, { x: [Number.POSITIVE_INFINITY, 0.25] }],
  ['MaxPool', { x: image(2, 5, 5, 1) }, { kernel_shape: [1, 4] }, { x: [0, 1, 0, 0] }],
  ['MaxPool', { x: image(1, 3, 3, 3, 1) }, { kernel_shape: [1, 3] }, { x: [0, 2, 1, 0, 0] }],
  ['MaxPool', { x: image(0, 0, 0, 0) }, { kernel_shape: [1, 3], strides: [1, 2], pads: [0, 1, 0, 1] }, { x: [1, 1, 0, 0] }],
  ['GlobalMaxPool', { x: image(2, 5, 5, 1) }, {}, { x: [0, 1, 0, 0] }],
  ['GlobalLpPool', { x: image(0, 0) }, {}, { x: [0, 0] }],
  ['ReduceMax', { x: exactly([1, 4, 4, 4]) }, {}, { x: [0, 1 / 3, 1 / 3, 1 / 3] }],
  ['ReduceMin', { x: exactly([1, 1, 4, 4]) }, {}, { x: [0.5, 0.5, 0, 0] }],
  ['ReduceL1', { x: exactly([-1, 0, 2]) }, {}, { x: [-1, 0, 1] }],
  ['ReduceL2', { x: exactly([0, 0, 0]) }, {}, { x: [0, 0, 0] }],
  ['ReduceProd', { x: exactly([2, 0, 3]) }, {}, { x: [0, 6, 0] }],
  ['ReduceProd', { x: exactly([2, 0, 0]) }, {}, { x: [0, 0, 0] }],
  ['ReduceLogSumExp', { x: exactly([100, 100]) }, {}, { x: [0.5, 0.5] }],
  ['TopK', { x: exactly([1, 4, 4, 2]), k: ints([1]) }, {}, { x: [0, 1, 0, 0] }],
  // Not a number in PyTorch; here the norm counts as 1.
  ['LpNormalization', { x: exactly([0, 0]) }, {}, { x: [1, 1] }],
  ['Softmax', { x: exactly([1000, -1000]) }, {}, { x: [0, 0] }],
  ['LogSoftmax', { x: exactly([1000, -1000]) }, {}, { x: [-1, 1] }],
  ['Softplus', { x: exactly([-200, 0, 200]) }, {}, { x: [0, 0.5, 1] }],
  ['Mish', { x: exactly([-100, 0, 100]) }, {}, { x: [0, 0.6, 1] }, 18],
  ['Gelu', { x: exactly([-100, 0, 100]) }, {}, { x: [0, 0.5, 1] }, 20],
  ['Gelu', { x: exactly([-50, 0, 50]) }, { approximate: 'tanh' }, { x: [0, 0.5, 1] }, 20],
];

describe('at kinks and zeros', () => {
  it.each(cases.map((row) => [titleOf(row[0], row[1], row[2], {}), ...row] as const))(
    '%s',
    async (_, op, operands, attributes, dx, opset = 17) => {
      const b = new Builder(opset);
      const values = Object.fromEntries(
        Object.entries(operands).map(([name, operand]) => {
          const { shape, dtype, values: content, constant } = asOperand(operand);
          return [name, constant ? b.constant(numbers(dtype, content(randomOf(op)), shape)) : b.input(name, 'float32', shape)];
        }),
      );
      const sources = Object.keys(dx).map((name) => values[name]!);
      const y = nodeOf(b, op, operands, values, attributes).output();
      const backward = backwardOf({ b, inputs: sources, outputs: [y] }, sources);
      const feeds = sources.map(({ name }) => [
        name,
        arrayOf('float32', operands[name]!.values(randomOf(op)), operands[name]!.shape),
      ]);
      const ones = y.shape!.reduce<number>((count, size) => count * (size as number), 1);
      const dy = arrayOf('float32', new Array(ones).fill(1), y.shape as number[]);
      for (const optimization of ['disabled', 'all'] as const) {
        const results = await runOnce(
          graphOf(backward, backward.outputs),
          { ...Object.fromEntries(feeds), dy0: dy },
          optimization,
        );
        results.forEach((result, i) => {
          const wanted = dx[sources[i]!.name]!;
          expect(result.values.map((value, k) => (Math.abs(value - wanted[k]!) < 1e-6 ? wanted[k] : value))).toEqual(wanted);
        });
      }
    },
  );
});
