/** Convolutions and transposed convolutions of any number of spatial axes. */
import type { Dim, Info, Operation, Shape } from '../graph.js';
import type { DType } from '../tensor.js';
import { agree } from './broadcast.js';
import { contentOf } from './content.js';
import { add, ceilDivide, floorDivide, multiply, product, subtract } from './dims.js';
import { type RuleTable, ranked, reject, shapeOf, unknownDim } from './rule.js';
import { extent, outputPadding, outputSizes, type StatedWindow, statedWindow, windowOf } from './window.js';

/** Output of a convolution: batch, a channel per filter, one element per window position. */
export function convolution(operation: Operation, dtype: DType | undefined, weights = 1): readonly Info[] {
  const x = ranked(operation, 0, 3);
  const w = ranked(operation, weights, 3);
  if (!x || !w)
    return [
      {
        dtype,
        shape: x && [x[0]!, w?.[0] ?? unknownDim(operation, 1), ...x.slice(2).map((_, i) => unknownDim(operation, i + 2))],
      },
    ];
  const window = statedWindow(operation);
  const group = groupOf(operation);
  agree(operation, `input channels and ${group} group(s) of weight channels`, x[1], multiply(w[1]!, group));
  const [filters] = w;
  if (typeof filters === 'number' && filters % group) reject(operation, `${filters} filters cannot be shared by ${group} groups`);
  checkBias(operation, filters);
  return [{ dtype, shape: [x[0]!, filters!, ...x.slice(2).map((size, i) => positions(operation, window, size, i))] }];
}

/** floor((size + padding - extent) / stride) + 1; ceil(size / stride) where padding is SAME. */
function positions(operation: Operation, window: StatedWindow, size: Dim, i: number): Dim {
  const stride = window.strides[i]!;
  if (window.autoPad.startsWith('SAME')) return ceilDivide(size, stride);
  const room = subtract(add(size, window.begins[i]! + window.ends[i]!), extent(window, i));
  if (typeof room === 'number' && room < 0)
    reject(operation, `the kernel spans ${extent(window, i)} of only ${size} elements on axis ${i + 2}`);
  return add(floorDivide(room, stride), 1);
}

function transposed(operation: Operation): readonly Info[] {
  const dtype = operation.inputs[0]?.dtype;
  const x = ranked(operation, 0, 3);
  const w = ranked(operation, 1, 3);
  if (!x || !w) return [{ dtype }];
  const group = groupOf(operation);
  agree(operation, 'input channels and weight channels', x[1], w[0]);
  if (typeof w[0] === 'number' && w[0] % group) reject(operation, `${w[0]} channels cannot be shared by ${group} groups`);
  const filters = multiply(w[1]!, group);
  checkBias(operation, filters);
  return [{ dtype, shape: [x[0]!, filters, ...spread(operation, x.slice(2))] }];
}

/** stride (size - 1) + output padding + extent - padding: the size whose convolution would be the input. */
function spread(operation: Operation, sizes: Shape): Shape {
  const stated = statedWindow(operation);
  const aimed = outputSizes(operation, stated);
  if (aimed) return aimed;
  const extra = outputPadding(operation, stated);
  const window = windowOf(operation);
  return sizes.map((size, i) => {
    const full = add(multiply(window.strides[i]!, subtract(size, 1)), extra[i]! + extent(window, i));
    const left = subtract(full, window.begins[i]! + window.ends[i]!);
    return typeof left === 'number' && left < 0 ? reject(operation, `padding cuts more than there is on axis ${i + 2}`) : left;
  });
}

/** Columns of patches put together: [batch, channels * patch, patches] to [batch, channels, ...image]. */
function assembled(operation: Operation): Shape | undefined {
  const x = ranked(operation, 0, 3, 3);
  const image = contentOf(operation.inputs[1]);
  const patch = contentOf(operation.inputs[2]);
  return x && image && patch && [x[0]!, floorDivide(x[1]!, product(patch)), ...image];
}

function groupOf(operation: Operation): number {
  const group = operation.int('group', 1);
  return group > 0 ? group : reject(operation, `group ${group} must be positive`);
}

function checkBias(operation: Operation, filters: Dim | undefined): void {
  const index =
    operation.op === 'QLinearConv' ? 8 : ['Conv', 'ConvTranspose', 'FusedConv'].includes(operation.op) ? 2 : undefined;
  const bias = index === undefined ? undefined : shapeOf(operation, index);
  if (bias?.length && bias.length !== 1) reject(operation, 'the bias must have one axis');
  agree(operation, 'filters and biases', filters, bias?.[0]);
}

export const convolutions: RuleTable = {
  Conv: (operation) => convolution(operation, operation.inputs[0]?.dtype),
  ConvInteger: (operation) => convolution(operation, 'int32'),
  QLinearConv: (operation) => convolution(operation, operation.inputs[7]?.dtype, 3),
  ConvTranspose: transposed,
  DeformConv: (operation) => convolution(operation, operation.inputs[0]?.dtype),
  Col2Im: (operation) => [{ dtype: operation.inputs[0]?.dtype, shape: assembled(operation) }],
};
