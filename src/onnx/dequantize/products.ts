/** Convolutions and matrix products on integers. */

import { elementCount } from '../../tensor/tensor.js';
import type { Attributes, Value } from '../graph.js';
import { type Code, realOf, rounded, wholeNumbers } from './code.js';
import { fromReal, outputCode, type QuantizedRule, type QuantizedRules, type Step } from './step.js';

const without = ({ node }: Step, ...names: readonly string[]): Attributes =>
  Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !names.includes(name)));

/** Channels may come last. */
function inChannelsFirst({ node, b }: Step, x: Value, compute: (x: Value) => Value): Value {
  const rank = x.rank ?? 4;
  if (!node.int('channels_last', 0)) return compute(x);
  const axes = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  return b.transpose(compute(b.transpose(x, [0, rank - 1, ...axes])), [0, ...axes.map((axis) => axis + 1), 1]);
}

/**
 * Products of whole numbers are exact in float32 up to 2^24, as they are in integers: what is rounded next to a half is then rounded
 * alike. From steps of the product to steps of the output: scales of the operands over that of the output. The rounding between
 * keeps ONNX Runtime from scaling the weights instead.
 */
function requantized(
  { b, inputs }: Step,
  product: Value,
  [left, right]: readonly [number, number],
  code: Code,
  rightAxis?: number,
) {
  const single = (scale: Value) => (scale.rank === 1 && scale.shape![0] === 1 ? b.squeeze(scale, [0]) : scale);
  const factor = b.div(b.mul(single(inputs[left]!), single(inputs[right]!)), single(code.scale));
  const ranks = { axis: rightAxis ?? -1, scale: factor, zero: undefined, dtype: code.dtype };
  return [{ steps: rounded(b, realOf(b, wholeNumbers(b, product), ranks), code), code }];
}

const bias = ({ b, inputs }: Step, index: number): readonly Value[] => (inputs[index] ? [b.cast(inputs[index], 'float32')] : []);

const convolution: QuantizedRule = (step) => {
  const { b, steps } = step;
  const w = steps(3, { axis: 0 });
  const attributes = without(step, 'channels_last');
  const last = step.node.int('channels_last', 0) === 1;
  const y = inChannelsFirst(step, steps(0), (image) => b.op('Conv', [image, w, ...bias(step, 8)], attributes));
  return requantized(step, y, [1, 4], outputCode(step, 6, 7), last ? -1 : 1);
};

/** Scales are one, one a row on the left, or one a column on the right. */
const product: QuantizedRule = (step) => {
  const { b, inputs, real, steps } = step;
  const code = outputCode(step, 6, 7);
  if (inputs[1]!.rank && elementCount(inputs[1]!.shape as number[]) > 1)
    return [fromReal(step, b.matMul(real(0, { axis: -2 }), real(3, { axis: -1 })), code)];
  return requantized(step, b.matMul(steps(0), steps(3, { axis: -1 })), [1, 4], code);
};

const affine: QuantizedRule = (step) => {
  const { b, node, inputs, steps } = step;
  const operands = [steps(0), steps(3, { axis: node.int('transB', 0) ? 0 : 1 }), ...bias(step, 6)];
  const { alpha: _, ...attributes } = node.attributes;
  const whole = b.op('Gemm', operands, attributes);
  const alpha = node.float('alpha', 1);
  const y = alpha === 1 ? whole : b.mul(whole, alpha);
  if (inputs[7]) return requantized(step, y, [1, 4], outputCode(step, 7, 8));
  return [b.mul(y, b.mul(inputs[1]!, inputs[4]!))];
};

/** Sums of products of whole numbers: the integers are their own code. */
const whole = ({ b }: Step, steps: Value) => [{ steps, code: { scale: b.scalar(1), zero: undefined, dtype: 'int32' as const } }];

const integerConvolution: QuantizedRule = (step) => {
  const { b, inputs, steps } = step;
  const [x, w] = [steps(0, { zero: inputs[2] }), steps(1, { zero: inputs[3], axis: 0 })];
  return whole(step, b.op('Conv', [x, w], step.node.attributes));
};

const integerProduct: QuantizedRule = (step) => {
  const { b, inputs, steps } = step;
  return whole(step, b.matMul(steps(0, { zero: inputs[2], axis: -2 }), steps(1, { zero: inputs[3], axis: -1 })));
};

const plus = ({ b, inputs }: Step, y: Value, index: number) => [inputs[index] ? b.add(y, inputs[index]) : y];

export const products = {
  QLinearConv: convolution,
  'com.microsoft.QLinearConv': convolution,
  QLinearMatMul: product,
  'com.microsoft.QGemm': affine,
  ConvInteger: integerConvolution,
  MatMulInteger: integerProduct,
  'com.microsoft.MatMulIntegerToFloat': (step) => {
    const { b, inputs, real } = step;
    const left = real(0, { scale: inputs[2]!, zero: inputs[4], axis: -2 });
    return plus(step, b.matMul(left, real(1, { scale: inputs[3]!, zero: inputs[5], axis: -1 })), 6);
  },
  // Its input and the weights of its projection are of integers, all else is of real numbers.
  'com.microsoft.QAttention': (step) => {
    const { b, node, inputs, real } = step;
    const x = real(0, { scale: inputs[3]!, zero: inputs[6] });
    const weights = real(1, { scale: inputs[4]!, zero: inputs[7], axis: -1 });
    const operands = [x, weights, inputs[2], inputs[5], inputs[8]];
    const outputs = Math.max(node.outputs.length, 1);
    return b.node('Attention', operands, node.attributes, { domain: 'com.microsoft', outputs }).outputs;
  },
  'com.microsoft.DynamicQuantizeMatMul': (step) => {
    const { b, inputs, real } = step;
    const [, scale] = b.node('DynamicQuantizeLinear', [inputs[0]]).outputs;
    const rounded = b.mul(wholeNumbers(b, b.div(inputs[0]!, scale!)), scale!);
    return plus(step, b.matMul(rounded, real(1, { scale: inputs[2]!, zero: inputs[3], axis: -1 })), 4);
  },
} satisfies QuantizedRules;
