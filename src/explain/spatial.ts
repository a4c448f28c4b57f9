/**
 * Follows the image's rows and columns through a graph, to tell feature maps from other tensors of rank 4: attention has some too,
 * and channels-last stretches have maps whose axes stand in another order.
 */
import { type Graph, operands, type Shape, type Value } from '../onnx/graph.js';
import { isChannelsLast } from './subject.js';

/** The order of a tensor's axes: for each of them, the axis of [N, C, H, W] that it is. */
export type AxisOrder = string;

export const CHANNELS_FIRST: AxisOrder = '0,1,2,3';
export const CHANNELS_LAST: AxisOrder = '0,2,3,1';

/** Operators that work on [N, C, H, W] whatever came before. */
const windowed = new Set([
  'Conv',
  'ConvTranspose',
  'MaxPool',
  'AveragePool',
  'LpPool',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'DepthToSpace',
  'SpaceToDepth',
]);

/** Values whose axes are those of the image, with the order they stand in. */
export function spatialValues(graph: Graph, input: Value): Map<Value, AxisOrder> {
  const orders = new Map<Value, AxisOrder>([[input, isChannelsLast(input.shape) ? CHANNELS_LAST : CHANNELS_FIRST]]);
  // Everything that depends on the image, with the last grid on its way: a Reshape back to rank 4 is recognised by it.
  const grids = new Map<Value, string>([[input, gridOf(input.shape)]]);
  for (const node of graph.nodes) {
    const from = operands(node).filter((value) => grids.has(value));
    // A size of the image is not the image.
    if (from.length === 0 || node.op === 'Shape') continue;
    const output = node.output();
    const order = orderOf(
      node.op,
      from.map((value) => orders.get(value)),
      from.map((value) => grids.get(value)!),
      output,
      node.attributes.perm,
    );
    if (order !== undefined) orders.set(output, order);
    const grid = order === CHANNELS_FIRST ? gridOf(output.shape) : grids.get(from[0]!)!;
    for (const each of node.outputs) {
      grids.set(each, grid);
      if (order !== undefined && each.rank === 4) orders.set(each, order);
    }
  }
  return orders;
}

function orderOf(
  op: string,
  orders: readonly (AxisOrder | undefined)[],
  grids: readonly string[],
  output: Value,
  perm: unknown,
): AxisOrder | undefined {
  if (output.rank !== 4) return undefined;
  if (windowed.has(op)) return CHANNELS_FIRST;
  if (op === 'Reshape') return grids.includes(gridOf(output.shape)) ? CHANNELS_FIRST : undefined;
  const order = orders.find((known) => known !== undefined);
  if (op !== 'Transpose' || order === undefined) return order;
  const axes = order.split(',');
  return Array.isArray(perm) ? perm.map((axis: number) => axes[axis]).join(',') : [...axes].reverse().join(',');
}

/** The last two sizes. */
const gridOf = (shape: Shape | undefined): string => String(shape?.slice(2));
