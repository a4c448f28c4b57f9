/** Between real numbers and integers: QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear and Cast. */
import { dtypes, isFloat } from '../tensor.js';
import { type Code, wholeNumbers } from './code.js';
import { fromReal, type QuantizedRule, type QuantizedRules, type Step } from './step.js';

function codeFrom({ node, inputs }: Step, dtype: Code['dtype']): Code {
  const [, scale, zero] = inputs;
  const block = node.int('block_size', 0);
  return { scale: scale!, zero, dtype, axis: node.int('axis', 1), ...(block && { block }) };
}

/** Constants are quantised as they are: their rounding is what the weights really are. */
const quantize: QuantizedRule = (step) => {
  const { node, inputs, isConstant } = step;
  const code = codeFrom(step, node.output().dtype ?? inputs[2]?.dtype ?? 'uint8');
  return isConstant(0) || code.block ? undefined : [fromReal(step, inputs[0]!, code)];
};

const dequantize: QuantizedRule = (step) => [step.real(0, codeFrom(step, step.inputs[0]!.dtype ?? 'uint8'))];

/** Scale and zero come from the numbers; the range is theirs, and nothing is clipped. */
const dynamic: QuantizedRule = ({ b, inputs: [x] }) => {
  const [, scale, zero] = b.node('DynamicQuantizeLinear', [x]).outputs;
  const steps = wholeNumbers(b, b.div(x!, scale!));
  return [{ steps, code: { scale: scale!, zero, dtype: 'uint8' } }, scale, zero];
};

/** Integers as real numbers, as they are. */
const cast: QuantizedRule = ({ node, b, inputs, codeOf, steps }) => {
  const to = dtypes[node.int('to')] ?? 'float32';
  if (!codeOf(inputs[0]) || !isFloat(to)) return undefined;
  return [b.cast(steps(0, { zero: undefined }), to)];
};

export const linear = {
  QuantizeLinear: quantize,
  'com.microsoft.QuantizeLinear': quantize,
  DequantizeLinear: dequantize,
  'com.microsoft.DequantizeLinear': dequantize,
  DynamicQuantizeLinear: dynamic,
  Cast: cast,
} satisfies QuantizedRules;
