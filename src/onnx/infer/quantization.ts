/** Operators between real numbers and the small integers that stand for them. */
import type { Operation, Shape } from '../graph.js';
import { dtypes } from '../tensor.js';
import { broadcast } from './broadcast.js';
import { type Rule, type RuleTable, shapeOf } from './rule.js';

/** The type that an attribute states by number; 0 states none. */
const stated = (operation: Operation, name: string) => (operation.int(name, 0) ? dtypes[operation.int(name)] : undefined);

export const quantizations: RuleTable = {
  QuantizeLinear: (operation) => {
    const [x, , zero] = operation.inputs;
    return [{ dtype: zero?.dtype ?? stated(operation, 'output_dtype') ?? 'uint8', shape: x?.shape }];
  },
  DequantizeLinear: (operation) => {
    const [x, scale] = operation.inputs;
    return [{ dtype: stated(operation, 'output_dtype') ?? scale?.dtype, shape: x?.shape }];
  },
  DynamicQuantizeLinear: ({ inputs: [x] }) => [
    { dtype: 'uint8', shape: x?.shape },
    { dtype: 'float32', shape: [] },
    { dtype: 'uint8', shape: [] },
  ],
};

/** Operators of ONNX Runtime on quantised tensors: each is followed by its scale and zero point. */
const quantized =
  (shape: (operation: Operation) => Shape | undefined): Rule =>
  (operation) => [{ dtype: operation.inputs[0]?.dtype, shape: shape(operation) }];

const both = quantized((operation) => broadcast(operation, [shapeOf(operation), shapeOf(operation, 3)]));
const same = quantized((operation) => shapeOf(operation));

export const contribQuantizations: RuleTable = {
  QLinearAdd: both,
  QLinearMul: both,
  QLinearSigmoid: same,
  QLinearLeakyRelu: same,
  QLinearSoftmax: same,
  QLinearGlobalAveragePool: quantized((operation) => {
    const last = operation.int('channels_last', 0) !== 0;
    const shape = shapeOf(operation);
    const channels = last ? (shape?.length ?? 0) - 1 : 1;
    return shape?.map((dim, axis) => (axis === 0 || axis === channels ? dim : 1));
  }),
  QuantizeLinear: quantizations.QuantizeLinear!,
  DequantizeLinear: quantizations.DequantizeLinear!,
};
