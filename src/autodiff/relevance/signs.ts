/** Which values are never negative, by the operators that make them: of such a layer's input there is no negative part to propagate. */
import type { Node, Value } from '../../onnx/graph.js';
import { numberOf, numbersOf } from '../../onnx/infer/content.js';

type Judge = (node: Node, nonNegative: (value: Value | undefined) => boolean) => boolean;

const always: Judge = () => true;
/** Never negative where the first operand is not. */
const asFirst: Judge = ({ inputs: [x] }, nonNegative) => nonNegative(x);
const asAll: Judge = ({ inputs }, nonNegative) => inputs.every((value) => !value || nonNegative(value));

const judges: Readonly<Record<string, Judge>> = {
  ...Object.fromEntries(
    [
      'Relu',
      'Sigmoid',
      'HardSigmoid',
      'Softplus',
      'Softmax',
      'Exp',
      'Abs',
      'Sqrt',
      'ReduceL1',
      'ReduceL2',
      'ReduceSumSquare',
    ].map((op) => [op, always]),
  ),
  ...Object.fromEntries(
    [
      ...['Identity', 'Dropout', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Transpose', 'Slice', 'Split', 'Expand'],
      ...['Tile', 'Gather', 'DepthToSpace', 'SpaceToDepth', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool'],
      ...['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'LeakyRelu', 'HardSwish', 'Gelu', 'Swish', 'Elu', 'Tanh', 'LRN'],
    ].map((op) => [op, asFirst]),
  ),
  ...Object.fromEntries(['Add', 'Concat', 'Sum', 'Mean', 'Div', 'Min'].map((op) => [op, asAll])),
  Mul: (node, nonNegative) => node.inputs[0] === node.inputs[1] || asAll(node, nonNegative),
  Max: ({ inputs }, nonNegative) => inputs.some((value) => nonNegative(value)),
  Clip: ({ inputs: [x, low] }, nonNegative) => nonNegative(x) || (numberOf(low) ?? -1) >= 0,
  Pow: ({ inputs: [x, p] }, nonNegative) => nonNegative(x) || (numberOf(p) ?? 1) % 2 === 0,
  Pad: (node, nonNegative) => nonNegative(node.inputs[0]) && (!node.inputs[2] || (numberOf(node.inputs[2]) ?? -1) >= 0),
  Resize: (node, nonNegative) => node.string('mode', 'nearest') !== 'cubic' && nonNegative(node.inputs[0]),
};

/** Constants larger than this are not read. */
const LARGEST = 4096;

/** Judges values, remembering its verdicts. */
export function signs(): (value: Value) => boolean {
  const known = new Map<Value, boolean>();
  const judge = (value: Value | undefined): boolean => {
    if (!value) return false;
    const before = known.get(value);
    if (before !== undefined) return before;
    known.set(value, false);
    const { producer, tensor } = value;
    const size = value.shape?.reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : LARGEST), 1) ?? LARGEST;
    const verdict = tensor
      ? size < LARGEST && (numbersOf(value)?.every((entry) => entry >= 0) ?? false)
      : !!producer && producer.domain === '' && Object.hasOwn(judges, producer.op) && judges[producer.op]!(producer, judge);
    known.set(value, verdict);
    return verdict;
  };
  return judge;
}
