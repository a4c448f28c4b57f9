/** Operators that pick elements by index, or find indices. */
import type { Dim, Info, Operation, Shape } from '../graph.js';
import { contentOf, numberOf } from './content.js';
import { unary } from './elementwise.js';
import { axisOf, type Rule, type RuleTable, ranked, reject, shapeOf, unknownDim } from './rule.js';

const dtypeOf = (operation: Operation, index = 0) => operation.inputs[index]?.dtype;

function gathered(operation: Operation): Shape | undefined {
  const [x, indices] = operation.inputs;
  if (x?.shape?.length === 0) reject(operation, 'a scalar has nothing to pick from');
  const axis = x?.shape && axisOf(operation, operation.int('axis', 0), x.shape.length);
  if (!x?.shape || !indices?.shape) return undefined;
  const size = x.shape[axis!]!;
  const outside = contentOf(indices)?.find((i) => typeof i === 'number' && typeof size === 'number' && (i < -size || i >= size));
  if (outside !== undefined) reject(operation, `index ${outside} is outside ${size} elements`);
  return x.shape.toSpliced(axis!, 1, ...indices.shape);
}

/** The shape of the indices, which have as many axes as the data. */
function gatheredElements(operation: Operation): Shape | undefined {
  const [x, indices] = operation.inputs;
  if (x?.shape && indices?.shape && x.shape.length !== indices.shape.length)
    reject(operation, 'indices must have the rank of the data');
  if (x?.shape) axisOf(operation, operation.int('axis', 0), x.shape.length);
  return indices?.shape;
}

/** The last axis of the indices points into the axes behind the batch. */
function gatheredPoints(operation: Operation): Shape | undefined {
  const [x, indices] = [0, 1].map((i) => ranked(operation, i, 1));
  const depth = indices?.at(-1);
  const batch = operation.int('batch_dims', 0);
  if (!x || !indices || typeof depth !== 'number') return undefined;
  if (batch + depth > x.length) reject(operation, `indices of ${depth} numbers point into only ${x.length - batch} axes`);
  return [...indices.slice(0, -1), ...x.slice(batch + depth)];
}

const scattered: Rule = (operation, opset) => {
  const [x, indices, updates] = operation.inputs;
  if (operation.op === 'ScatterElements') gatheredElements(operation);
  const depth = indices?.shape?.at(-1);
  const rank = operation.op === 'ScatterElements' ? indices?.rank : undefined;
  const expected =
    rank ??
    (x?.shape && indices?.shape && typeof depth === 'number' ? indices.shape.length - 1 + x.shape.length - depth : undefined);
  if (expected !== undefined && updates?.shape && updates.shape.length !== expected)
    reject(operation, `updates must have rank ${expected}`);
  return unary(operation, opset);
};

function oneHot(operation: Operation): Shape | undefined {
  const [indices, depth] = operation.inputs;
  const rank = indices?.shape?.length;
  if (rank === undefined) return undefined;
  const size = numberOf(depth) ?? contentOf(depth)?.[0] ?? unknownDim(operation, rank);
  return indices!.shape!.toSpliced(axisOf(operation, operation.int('axis', -1), rank + 1), 0, size);
}

/** Distinct elements (or slices along an axis), where each was first, which each element is, and how often it occurs. */
function unique(operation: Operation): readonly Info[] {
  const x = shapeOf(operation);
  const axis = operation.has('axis') && x ? axisOf(operation, operation.int('axis'), x.length) : undefined;
  const count = unknownDim(operation, 0);
  const distinct = operation.has('axis') ? x?.map((dim, i) => (i === axis ? count : dim)) : [count];
  const all: Dim = x && axis !== undefined ? x[axis]! : unknownDim(operation, 1);
  const counts: Info = { dtype: 'int64', shape: [count] };
  return [{ dtype: dtypeOf(operation), shape: distinct }, counts, { dtype: 'int64', shape: [all] }, counts];
}

function compressed(operation: Operation): Shape | undefined {
  const x = shapeOf(operation);
  const chosen = contentOf(operation.inputs[1]);
  const count = chosen?.every((entry) => typeof entry === 'number') ? chosen.filter(Boolean).length : unknownDim(operation, 0);
  if (!operation.has('axis')) return [count];
  return x?.with(axisOf(operation, operation.int('axis'), x.length), count);
}

/** A scalar has one axis here. */
const rankOf = (operation: Operation): Dim => Math.max(1, operation.inputs[0]?.rank ?? Number.NaN) || unknownDim(operation, 0);

export const indexing: RuleTable = {
  Gather: (operation) => [{ dtype: dtypeOf(operation), shape: gathered(operation) }],
  GatherElements: (operation) => [{ dtype: dtypeOf(operation), shape: gatheredElements(operation) }],
  GatherND: (operation) => [{ dtype: dtypeOf(operation), shape: gatheredPoints(operation) }],
  ScatterElements: scattered,
  ScatterND: scattered,
  TensorScatter: unary,
  OneHot: (operation) => [{ dtype: dtypeOf(operation, 2), shape: oneHot(operation) }],
  Unique: unique,
  Compress: (operation) => [{ dtype: dtypeOf(operation), shape: compressed(operation) }],
  NonZero: (operation) => [{ dtype: 'int64', shape: [rankOf(operation), unknownDim(operation, 1)] }],
};
