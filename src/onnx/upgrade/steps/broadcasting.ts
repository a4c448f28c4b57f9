/** What opset 7 changed: operands broadcast as in NumPy, and attributes of training went. */
import { fail } from '../../../errors.js';
import type { Builder } from '../../builder.js';
import type { Value } from '../../graph.js';
import { type Call, type Step, type Steps, without } from '../step.js';

function rankOf(value: Value, call: Call): number {
  return value.rank ?? fail(`${call.label}: the rank of "${value.name}" is unknown; export the model with opset 7 or later`);
}

/** The second operand's axes began at `axis` of the first; now they end at its last. */
const fromTheRight: Step = (call, b) => {
  const [x, y] = call.inputs as readonly [Value, Value];
  const attributes = without('broadcast', 'axis', 'consumed_inputs');
  if (!call.int('broadcast', 0) || !call.has('axis')) return { attributes };
  const axis = call.int('axis');
  const [most, own] = [rankOf(x, call), rankOf(y, call)];
  return { inputs: [x, behind(b, y, most - (axis < 0 ? axis + most : axis) - own)], attributes };
};

/** More axes of size 1 behind the last. */
function behind(b: Builder, value: Value, count: number): Value {
  const rank = value.rank ?? 0;
  return count > 0
    ? b.unsqueeze(
        value,
        Array.from({ length: count }, (_, i) => rank + i),
      )
    : value;
}

/** A slope for each channel, whatever comes behind the channels. */
const slopes: Step = (call, b) => {
  const [x, slope] = call.inputs as readonly [Value, Value];
  return slope.rank === 1 && slope.shape![0] !== 1 ? { inputs: [x, behind(b, slope, rankOf(x, call) - 2)] } : {};
};

const drop =
  (...names: readonly string[]): Step =>
  () => ({ attributes: without(...names) });

export const broadcasting = {
  ...Object.fromEntries(
    ['Add', 'And', 'Div', 'Equal', 'Greater', 'Less', 'Mul', 'Or', 'Pow', 'Sub', 'Xor'].map((op) => [op, { 7: fromTheRight }]),
  ),
  Gemm: { 7: drop('broadcast') },
  PRelu: { 7: slopes },
  GRU: { 7: drop('output_sequence') },
  LSTM: { 7: drop('output_sequence') },
  RNN: { 7: drop('output_sequence') },
} satisfies Steps;

/** Steps to 7 of operators that have later ones as well. */
export const trained: Step = drop('is_test', 'consumed_inputs');

export const scalesFromSides: Step = (call) => ({
  attributes: {
    ...without('height_scale', 'width_scale'),
    scales: { floats: [1, 1, call.float('height_scale'), call.float('width_scale')] },
  },
});
