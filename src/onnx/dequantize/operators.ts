/** ONNX Runtime's operators on integers that have an equal on real numbers. */
import type { Builder } from '../builder.js';
import type { Attributes, Value } from '../graph.js';
import { fromReal, outputCode, type QuantizedRule, type QuantizedRules, type Step } from './step.js';

/** Operands stand at these inputs, each before its scale and zero; those of the output at `out`. */
const through =
  (operands: readonly number[], out: number, compute: (step: Step, operands: readonly Value[]) => Value): QuantizedRule =>
  (step) => {
    const code = outputCode(step, out, out + 1);
    const reals = operands.map((index) => step.real(index));
    return [fromReal(step, compute(step, reals), code)];
  };

const attributesOf = ({ node }: Step, ...names: readonly string[]): Attributes =>
  Object.fromEntries(names.flatMap((name) => (node.has(name) ? [[name, node.attributes[name]!]] : [])));

function inChannelsFirst({ node, b }: Step, x: Value, compute: (x: Value) => Value): Value {
  return node.int('channels_last', 0) ? b.transpose(compute(b.transpose(x, [0, 3, 1, 2])), [0, 2, 3, 1]) : compute(x);
}

const windows = ['kernel_shape', 'strides', 'pads', 'auto_pad', 'ceil_mode', 'count_include_pad'];

/** Until opset 13 the axes from `axis` on were one. */
function softmax(step: Step, [x]: readonly Value[]): Value {
  const { node, b } = step;
  const modern = node.int('opset', 13) >= 13;
  const axis = node.int('axis', modern ? -1 : 1);
  if (modern) return b.op('Softmax', [x], { axis });
  return b.reshapeLike(b.op('Softmax', [b.op('Flatten', [x], { axis })], { axis: 1 }), x!);
}

/** Scale and zero of the result, then each operand with its own. */
const concat: QuantizedRule = (step) => {
  const { b, node, inputs, real } = step;
  const code = outputCode(step, 0, 1);
  const operands = inputs.flatMap((_, i) => (i > 1 && i % 3 === 2 ? [real(i)] : []));
  return [fromReal(step, b.concat(operands, node.int('axis')), code)];
};

const binary = (compute: (b: Builder, a: Value, c: Value) => Value) => through([0, 3], 6, ({ b }, [a, c]) => compute(b, a!, c!));

export const operators = {
  'com.microsoft.QLinearAdd': binary((b, a, c) => b.add(a, c)),
  'com.microsoft.QLinearMul': binary((b, a, c) => b.mul(a, c)),
  'com.microsoft.QLinearSigmoid': through([0], 3, ({ b }, [x]) => b.sigmoid(x!)),
  'com.microsoft.QLinearLeakyRelu': through([0], 3, (step, [x]) => step.b.op('LeakyRelu', [x], attributesOf(step, 'alpha'))),
  'com.microsoft.QLinearSoftmax': through([0], 3, softmax),
  'com.microsoft.QLinearGlobalAveragePool': through([0], 3, (step, [x]) =>
    inChannelsFirst(step, x!, (image) => step.b.op('GlobalAveragePool', [image])),
  ),
  'com.microsoft.QLinearAveragePool': through([0], 3, (step, [x]) =>
    inChannelsFirst(step, x!, (image) => step.b.op('AveragePool', [image], attributesOf(step, ...windows))),
  ),
  'com.microsoft.QLinearReduceMean': through([0], 3, ({ b, node }, [x]) =>
    b.reduceMean(x!, node.has('axes') ? node.ints('axes') : undefined, node.int('keepdims', 1) === 1),
  ),
  'com.microsoft.QLinearWhere': through([1, 4], 7, ({ b, inputs }, [a, c]) => b.where(inputs[0]!, a!, c!)),
  'com.microsoft.QLinearConcat': concat,
} satisfies QuantizedRules;
