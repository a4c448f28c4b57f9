/** Pools over a window or over all of space, and the undoing of one. */
import type { Dim, Info, Operation, Shape } from '../graph.js';
import { contentOf } from './content.js';
import { add, ceilDivide, floorDivide, minimum, multiply, subtract } from './dims.js';
import { type Rule, type RuleTable, ranked, reject, unknownDim, unknownShape } from './rule.js';
import { extent, type StatedWindow, statedWindow } from './window.js';

function pooled(operation: Operation): Shape | undefined {
  const x = ranked(operation, 0, 3);
  if (!x) return undefined;
  const window = statedWindow(operation);
  return [...x.slice(0, 2), ...x.slice(2).map((size, i) => positions(operation, window, size, i))];
}

function positions(operation: Operation, window: StatedWindow, size: Dim, i: number): Dim {
  const stride = window.strides[i]!;
  if (window.autoPad.startsWith('SAME')) return ceilDivide(size, stride);
  const begin = window.begins[i]!;
  const end = window.ends[i]!;
  if (Math.max(begin, end) >= window.kernel[i]!) reject(operation, `padding is not smaller than the kernel on axis ${i + 2}`);
  const room = subtract(add(size, begin + end), extent(window, i));
  if (typeof room === 'number' && room < 0)
    reject(operation, `the kernel spans ${extent(window, i)} of only ${size} elements on axis ${i + 2}`);
  if (!operation.int('ceil_mode', 0)) return add(floorDivide(room, stride), 1);
  const count = add(ceilDivide(room, stride), 1);
  // A window that would start in the padding behind the data is left out; there can be none unless padding and stride reach far enough.
  return end + stride > extent(window, i) ? minimum(count, ceilDivide(add(size, begin), stride)) : count;
}

const windowed: Rule = (operation) => [{ dtype: operation.inputs[0]?.dtype, shape: pooled(operation) }];

/** One element for all of space. */
const overall: Rule = (operation) => {
  const x = ranked(operation, 0, 2);
  return [{ dtype: operation.inputs[0]?.dtype, shape: x?.map((dim, axis) => (axis < 2 ? dim : 1)) }];
};

/** MaxPool's second output: where in the whole flattened input each maximum was. */
function withIndices(operation: Operation): readonly Info[] {
  const shape = pooled(operation);
  return [
    { dtype: operation.inputs[0]?.dtype, shape },
    { dtype: 'int64', shape },
  ];
}

function unpooled(operation: Operation): Shape | undefined {
  const [x, , output] = operation.inputs;
  if (output) return contentOf(output) ?? (x?.shape && unknownShape(operation, x.shape.length));
  const shape = ranked(operation, 0, 3);
  if (!shape) return undefined;
  const window = statedWindow(operation);
  const size = (dim: Dim, i: number) =>
    add(multiply(window.strides[i]!, subtract(dim, 1)), window.kernel[i]! - window.begins[i]! - window.ends[i]!);
  return [...shape.slice(0, 2), ...shape.slice(2).map(size)];
}

export const pools: RuleTable = {
  MaxPool: withIndices,
  AveragePool: windowed,
  LpPool: windowed,
  GlobalAveragePool: overall,
  GlobalMaxPool: overall,
  GlobalLpPool: overall,
  MaxUnpool: (operation) => [{ dtype: operation.inputs[0]?.dtype, shape: unpooled(operation) }],
  // Batches of boxes: [boxes, channels, height, width].
  MaxRoiPool: (operation) => {
    const [height, width] = operation.ints('pooled_shape');
    const channels = ranked(operation, 0, 4, 4)?.[1] ?? unknownDim(operation, 1);
    const boxes = ranked(operation, 1, 2, 2)?.[0] ?? unknownDim(operation, 0);
    return [{ dtype: operation.inputs[0]?.dtype, shape: [boxes, channels, height!, width!] }];
  },
};
