/** Operators that sum up along axes, and those that keep the shape but work along an axis. */
import type { Info, Operation, Shape } from '../graph.js';
import { axesOf } from './axes.js';
import { numberOf } from './content.js';
import { table, unary } from './elementwise.js';
import { axisOf, type Rule, type RuleTable, reject, shapeOf, unknownDim } from './rule.js';

const reduce: Rule = (operation, opset) => {
  const shape = shapeOf(operation);
  const axes = axesOf(operation, opset);
  const keep = operation.int('keepdims', 1) !== 0;
  return [
    { dtype: operation.inputs[0]?.dtype, shape: shape && (axes ? reduced(shape, axes, keep) : partly(operation, shape, keep)) },
  ];
};

function reduced(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return keep ? shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) : shape.filter((_, axis) => !axes.includes(axis));
}

/** The axes are known only at run time: the rank may be known all the same. */
function partly(operation: Operation, shape: Shape, keep: boolean): Shape | undefined {
  if (keep) return shape.map((_, axis) => unknownDim(operation, axis));
  const count = operation.inputs[1]?.shape?.[0];
  return typeof count === 'number' && count > 0
    ? Array.from({ length: shape.length - count }, (_, axis) => unknownDim(operation, axis))
    : undefined;
}

/** The position of an extremum along one axis. */
const position: Rule = (operation) => {
  const shape = shapeOf(operation);
  const axes = shape && [axisOf(operation, operation.int('axis', 0), shape.length)];
  return [{ dtype: 'int64', shape: shape && reduced(shape, axes!, operation.int('keepdims', 1) !== 0) }];
};

/** Keeps type and shape; `axis` must be one. */
const alongAxis =
  (fallback: number): Rule =>
  (operation) => {
    const shape = shapeOf(operation);
    if (shape) axisOf(operation, operation.int('axis', fallback), shape.length);
    return unary(operation, 0);
  };

/** The k largest or smallest along an axis, and where they were. */
function extremes(operation: Operation): readonly Info[] {
  const [x, count] = operation.inputs;
  const axis = x?.shape && axisOf(operation, operation.int('axis', -1), x.shape.length);
  const k = numberOf(count) ?? count?.info.elements?.[0];
  const size = axis === undefined ? undefined : x?.shape?.[axis];
  if (typeof k === 'number' && (k < 0 || (typeof size === 'number' && k > size)))
    reject(operation, `k ${k} is not a number of elements out of ${size}`);
  const shape = x?.shape?.map((dim, i) => (i === axis ? (k ?? unknownDim(operation, i)) : dim));
  return [
    { dtype: x?.dtype, shape },
    { dtype: 'int64', shape },
  ];
}

export const reductions: RuleTable = {
  ...table(reduce, ['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceProd', 'ReduceL1', 'ReduceL2']),
  ...table(reduce, ['ReduceSumSquare', 'ReduceLogSum', 'ReduceLogSumExp']),
  ...table(position, ['ArgMax', 'ArgMin']),
  ...table(alongAxis(-1), ['Softmax', 'LogSoftmax', 'Hardmax', 'LpNormalization']),
  TopK: extremes,
};
