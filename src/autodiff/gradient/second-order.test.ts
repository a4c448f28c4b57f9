import { type NetCase, netCases, nodeOf } from '../../../test/gradient-cases.js';
import { between, constant, distinct, float, floatList, ints, type OperandLike, positive } from '../../../test/samples.js';
import type { Attributes } from '../../onnx/graph.js';
import { isFloat } from '../../onnx/tensor.js';
import { propagate } from '../propagate.js';
import { gradient } from './index.js';

/** The gradient of the gradient of y² dy / 2, in the inputs and in dy: the square makes it depend on all inputs. */
function twice(
  op: string,
  operands: Readonly<Record<string, OperandLike>>,
  dy: readonly number[],
  attributes: Attributes = {},
  options = {},
): NetCase {
  return [
    `${op} ${JSON.stringify(attributes)}`,
    { ...operands, dy },
    (b, values) => {
      const node = nodeOf(b, op, operands, values, attributes);
      const sources = Object.keys(operands).flatMap((name) => values[name] ?? []);
      return propagate(b, {
        seeds: new Map([[node.output(), b.mul(node.output(), values.dy!)]]),
        sources: sources.filter((value) => !value.tensor && isFloat(value.dtype)),
        table: gradient,
      });
    },
    options,
  ];
}

const x = [2, 3, 4];
const image = [2, 2, 6, 5];

// Gradients of gradients lose more to rounding.
netCases(
  'gradients',
  [
    twice('Conv', { x: image, w: [3, 2, 3, 3] }, [2, 3, 6, 5], { pads: [1, 1, 1, 1] }),
    twice('Conv', { x: image, w: [3, 2, 3, 3] }, [2, 3, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }),
    twice('Conv', { x: [2, 4, 6, 5], w: constant([4, 1, 3, 3]) }, [2, 4, 3, 3], {
      group: 4,
      pads: [1, 1, 1, 1],
      strides: [2, 2],
    }),
    twice('ConvTranspose', { x: [2, 2, 3, 3], w: [2, 3, 3, 3] }, [2, 3, 6, 6], {
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      output_padding: [1, 1],
    }),
    twice('MatMul', { a: [2, 3, 4], b: [4, 3] }, [2, 3, 3]),
    twice('MatMul', { a: [2, 3, 4], b: [2, 4, 3] }, [2, 3, 3]),
    twice('Gemm', { a: [2, 3], b: [4, 3], c: [4] }, [2, 4], { transB: 1 }),
    twice('Einsum', { a: [2, 3, 4], b: [2, 5, 4] }, [2, 3, 5], { equation: 'bid,bjd->bij' }),
    twice('Sigmoid', { x }, x),
    twice('Tanh', { x }, x),
    twice('Exp', { x }, x),
    twice('Log', { x: positive(x) }, x),
    twice('Sqrt', { x: positive(x) }, x),
    twice('Reciprocal', { x: positive(x) }, x),
    twice('Softplus', { x }, x),
    twice('Elu', { x: distinct(x) }, x),
    twice('Mish', { x }, x, {}, { opset: 18 }),
    twice('Gelu', { x }, x, {}, { opset: 20 }),
    twice('Erf', { x }, x),
    twice('Pow', { x: positive(x), p: [4] }, x),
    twice('Mul', { a: x, b: [4] }, x),
    twice('Div', { a: x, b: positive([3, 1]) }, x),
    twice('Softmax', { x }, x, { axis: 1 }),
    twice('LogSoftmax', { x }, x, { axis: -1 }),
    twice('MaxPool', { x: distinct(image) }, [2, 2, 3, 2], { kernel_shape: [2, 2], strides: [2, 2] }),
    twice('AveragePool', { x: image }, [2, 2, 3, 3], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
    twice('AveragePool', { x: [2, 2, 6, 4] }, [2, 2, 3, 2], { kernel_shape: [2, 2], strides: [2, 2] }),
    twice('GlobalAveragePool', { x: image }, [2, 2, 1, 1]),
    twice('GlobalMaxPool', { x: distinct(image) }, [2, 2, 1, 1]),
    twice('GlobalLpPool', { x: positive(image) }, [2, 2, 1, 1]),
    twice('Resize', { x: image, roi: null, scales: floatList(1, 1, 1.5, 2) }, [2, 2, 9, 10], { mode: 'linear' }),
    twice('Resize', { x: image, roi: null, scales: floatList(1, 1, 2, 2) }, [2, 2, 12, 10], { mode: 'nearest' }),
    twice('Gather', { x, i: ints([2, 0, 2]) }, x, { axis: 1 }),
    twice('Slice', { x, starts: ints([-1]), ends: ints([-9]), axes: ints([2]), steps: ints([-2]) }, [2, 3, 2]),
    twice('Pad', { x, pads: ints([0, 1, 0, 0, 2, 1]) }, [2, 6, 5], { mode: 'reflect' }),
    twice('Transpose', { x }, [2, 4, 3], { perm: [0, 2, 1] }),
    twice('LayerNormalization', { x: between(-2, 2, [2, 3, 5]), scale: [5], bias: [5] }, [2, 3, 5]),
    twice('InstanceNormalization', { x: between(-2, 2, image), scale: [2], bias: [2] }, image),
    twice('RMSNormalization', { x: between(-2, 2, [2, 3, 5]), scale: [5] }, [2, 3, 5], {}, { opset: 23 }),
    twice('LpNormalization', { x: positive(x) }, x),
    twice('LRN', { x: [2, 5, 2, 2] }, [2, 5, 2, 2], { size: 3, alpha: float(1) }),
    twice('ReduceMean', { x }, [2, 1, 4], { axes: [1] }, { opset: 17 }),
    twice('ReduceProd', { x: positive(x) }, [2, 1, 4], { axes: [1] }, { opset: 17 }),
    twice('ReduceL2', { x: positive(x) }, [2, 3], { axes: [2], keepdims: 0 }, { opset: 17 }),
    twice('ReduceLogSumExp', { x }, [2, 3], { axes: [2], keepdims: 0 }, { opset: 17 }),
    twice('SoftmaxCrossEntropyLoss', { x: [2, 3], labels: ints([2, 0]), w: positive([3]) }, [], {}, { batch: false }),
    twice('CumProd', { x: positive(x), axis: ints([2], []) }, x, { exclusive: 1 }, { opset: 26 }),
    twice('Det', { x: [2, 3, 3] }, [2]),
    twice('DFT', { x: [2, 5, 1] }, [2, 3, 2], { onesided: 1 }, { opset: 20 }),
    twice('DeformConv', { x: image, w: [3, 2, 2, 2], offset: between(0.1, 0.9, [2, 8, 5, 4]) }, [2, 3, 5, 4], {}, { opset: 19 }),
    twice('GridSample', { x: image, grid: between(-0.2, -0.1, [2, 1, 2, 2]) }, [2, 2, 1, 2], { mode: 'cubic' }, { opset: 20 }),
  ],
  { rtol: 4e-3 },
);
