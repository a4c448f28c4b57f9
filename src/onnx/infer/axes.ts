/** The axes along which Reduce operators, Squeeze and Unsqueeze work. */
import type { Operation } from '../graph.js';
import { numbersOf } from './content.js';
import { axisOf, reject } from './rule.js';

/** Axes are an attribute of the Reduce operators before this opset, an input since. */
const reduceAxesInput = (op: string): number => (op === 'ReduceSum' ? 13 : 18);

/**
 * The axes, counted from the front: of the input, for Unsqueeze of the output. All of them where the operator means all (for
 * Squeeze: those of size 1). None where they, or the rank that they count from, are not known.
 */
export function axesOf(operation: Operation, opset: number): readonly number[] | undefined {
  const shape = operation.inputs[0]?.shape;
  const stated = statedAxes(operation, opset);
  if (stated === 'unknown') return undefined;
  if (operation.op === 'Unsqueeze') {
    const axes = stated ?? reject(operation, 'axes are missing');
    return shape && resolve(operation, axes, shape.length + axes.length);
  }
  if (stated && (stated.length > 0 || operation.op === 'Squeeze')) {
    if (shape) return resolve(operation, stated, shape.length);
    return stated.every((axis) => axis >= 0) ? stated : undefined;
  }
  if (operation.op !== 'Squeeze') {
    return operation.int('noop_with_empty_axes', 0) ? [] : shape?.map((_, axis) => axis);
  }
  // A size known only at run time may turn out to be 1.
  return shape?.every((dim) => typeof dim === 'number') ? shape.flatMap((dim, axis) => (dim === 1 ? [axis] : [])) : undefined;
}

function statedAxes(operation: Operation, opset: number): readonly number[] | undefined | 'unknown' {
  if (operation.op.startsWith('Reduce') && opset < reduceAxesInput(operation.op)) {
    return operation.has('axes') ? operation.ints('axes') : undefined;
  }
  const input = operation.inputs[1];
  return input ? (numbersOf(input) ?? 'unknown') : undefined;
}

function resolve(operation: Operation, axes: readonly number[], rank: number): readonly number[] {
  const resolved = axes.map((axis) => axisOf(operation, axis, rank));
  if (new Set(resolved).size < resolved.length) reject(operation, `axes [${axes}] name an axis twice`);
  return resolved;
}
