/** Gradients of operators that take elements by index: taking is undone by adding at the index. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import { numbersOf } from '../../onnx/infer/content.js';
import { linear, type Rule, type RuleTable } from '../rule.js';

/** The axis that a node names, counted from the front. */
export const axisOf = (node: Node, x: Value, fallback?: number): number => {
  const axis = node.int('axis', fallback);
  return axis < 0 ? axis + (x.rank ?? fail(`${node.label}: the rank of "${x.name}" is unknown`)) : axis;
};

/** Adds values at indices to zeros of a shape. Half precision is added in single: the CPU engine has no kernel for it. */
function scatter(b: Builder, op: 'ScatterElements' | 'ScatterND', shape: Value, indices: Value, values: Value, axis = {}): Value {
  const dtype = values.dtype ?? 'float32';
  const wide = dtype === 'float64' ? dtype : 'float32';
  const zeros = b.op('Expand', [b.scalar(0, wide), shape]);
  return b.cast(b.op(op, [zeros, indices, b.cast(values, wide)], { ...axis, reduction: 'add' }), dtype);
}

/** Adds the elements of dy at their places along an axis to zeros of a shape. */
export const scatterAdd = (b: Builder, shape: Value, axis: number, indices: Value, dy: Value): Value =>
  scatter(b, 'ScatterElements', shape, indices, dy, { axis });

/** Adds the slices of dy along an axis to zeros of `size` along it, at the places of a vector of indices. */
export function gatherAdjoint(b: Builder, dy: Value, axis: number, indices: Value, size: number | Value): Value {
  const rank = dy.rank ?? fail(`the rank of "${dy.name}" is unknown`);
  const spread = b.expandLike(b.unsqueeze(indices, others(rank, axis)), dy);
  return scatterAdd(b, resized(b, dy, axis, size), axis, spread, dy);
}

/** The shape of a value with another size along one axis. */
function resized(b: Builder, x: Value, axis: number, size: number | Value): Value {
  const shape = x.shape!;
  const dims = shape.map((dim, i) => (i === axis ? size : dim));
  if (dims.every((dim) => typeof dim === 'number')) return b.ints(dims);
  const before = axis > 0 ? [b.op('Shape', [x], { start: 0, end: axis })] : [];
  const behind = axis < shape.length - 1 ? [b.op('Shape', [x], { start: axis + 1 })] : [];
  return b.concat([...before, typeof size === 'number' ? b.ints([size]) : size, ...behind], 0);
}

const others = (rank: number, axis: number) => Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis);

const gather: Rule = ({ b, node, x, inputs, dy }) => {
  const axis = axisOf(node, x, 0);
  const indices = inputs[1]!;
  const taken = indices.rank ?? fail(`${node.label}: the rank of its indices is unknown`);
  const known = x.shape?.[axis];
  const size = typeof known === 'number' ? known : b.op('Shape', [x], { start: axis, end: axis + 1 });
  const share = inOneAxis(b, dy, axis, taken);
  const first = typeof size === 'number' ? firstOfRun(indices, size) : undefined;
  if (typeof size === 'number' && first !== undefined) return [padTo(b, share, [{ axis, first, size }])];
  const flat = taken === 1 ? indices : b.reshape(indices, [-1]);
  return [gatherAdjoint(b, share, axis, flat, size)];
};

/** Where indices follow one another, a single one for example: the first. */
function firstOfRun(indices: Value, size: number): number | undefined {
  const list = numbersOf(indices)?.map((index) => (index < 0 ? index + size : index));
  return list?.every((index, i) => index === list[0]! + i) ? list[0] : undefined;
}

/** Puts dy between zeros, from the place `first` of `size` on along each axis. */
export function padTo(b: Builder, dy: Value, runs: readonly { axis: number; first: number; size: number }[]): Value {
  const rank = dy.rank!;
  const pads = new Array<number>(2 * rank).fill(0);
  for (const { axis, first, size } of runs) {
    pads[axis] = first;
    pads[axis + rank] = size - first - (dy.shape![axis] as number);
  }
  return b.pad(dy, pads);
}

/** Merges the `count` axes of indices in dy into one. */
function inOneAxis(b: Builder, dy: Value, axis: number, count: number): Value {
  if (count === 1) return dy;
  if (count === 0) return b.unsqueeze(dy, [axis]);
  const shape = dy.shape!;
  const merged = [
    ...shape.slice(0, axis),
    shape.slice(axis, axis + count).reduce<number>((p, d) => p * (d as number), 1),
    ...shape.slice(axis + count),
  ];
  const unknown = merged.filter((dim) => typeof dim !== 'number' || Number.isNaN(dim)).length;
  if (unknown > 1) return fail(`"${dy.name}" has more than one size known only at run time`);
  return b.reshape(
    dy,
    merged.map((dim) => (typeof dim === 'number' && !Number.isNaN(dim) ? dim : -1)),
  );
}

/** Index tuples of GatherND with `batch_dims`, with the batch places written out in front. */
function withBatchPlaces(b: Builder, node: Node, indices: Value): Value {
  const batchDims = node.int('batch_dims', 0);
  if (batchDims === 0) return indices;
  const shape = indices.shape ?? [];
  const tuples = shape.slice(0, -1);
  if (tuples.some((dim) => typeof dim !== 'number'))
    fail(`${node.label}: batch_dims with a batch size known only at run time has no gradient rule`);
  const places = Array.from({ length: batchDims }, (_, axis) => {
    const size = tuples[axis] as number;
    const index = b.reshape(b.ints(Array.from({ length: size }, (_, i) => i)), [
      ...tuples.map((_, i) => (i === axis ? size : 1)),
      1,
    ]);
    return b.op('Expand', [index, b.ints([...(tuples as number[]), 1])]);
  });
  return b.concat([...places, indices], -1);
}

export const indexing = {
  Gather: gather,
  GatherElements: linear(({ b, node, x, inputs, dy }) => scatterAdd(b, b.shapeOf(x), axisOf(node, x, 0), inputs[1]!, dy)),
  GatherND: linear(({ b, node, x, inputs, dy }) =>
    scatter(b, 'ScatterND', b.shapeOf(x), withBatchPlaces(b, node, inputs[1]!), dy),
  ),
  // Values go back to where they were found.
  TopK: linear(({ b, node, x, dy }) => scatterAdd(b, b.shapeOf(x), axisOf(node, x, -1), node.output(1), dy)),
} satisfies RuleTable;
