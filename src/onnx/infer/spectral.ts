/** Fourier transforms: [..., length, ..., 1 or 2] with real parts, or real and imaginary ones, along the last axis. */
import type { Info, Operation } from '../graph.js';
import { numberOf } from './content.js';
import { add, floorDivide, multiply, subtract } from './dims.js';
import { axisOf, type RuleTable, ranked, shapeOf, unknownDim } from './rule.js';

/** The opset in which the axis became an input; it was the second before, and is the last but one since. */
const AXIS_IS_INPUT = 20;

/** The axis of a transform, counted from the front; none where it is not constant. */
export function fourierAxis(operation: Operation, opset: number): number | undefined {
  const rank = shapeOf(operation)?.length;
  const stated = opset < AXIS_IS_INPUT ? operation.int('axis', 1) : operation.inputs[2] ? numberOf(operation.inputs[2]) : -2;
  return rank === undefined || stated === undefined ? undefined : axisOf(operation, stated, rank);
}

function transformed(operation: Operation, opset: number): readonly Info[] {
  const dtype = operation.inputs[0]?.dtype;
  const x = ranked(operation, 0, 2);
  const axis = fourierAxis(operation, opset);
  if (!x || axis === undefined) return [{ dtype }];
  const [inverse, onesided] = [operation.int('inverse', 0), operation.int('onesided', 0)];
  const whole = onesided && inverse ? multiply(2, subtract(x[axis]!, 1)) : x[axis]!;
  const length = operation.inputs[1] ? (numberOf(operation.inputs[1]) ?? unknownDim(operation, axis)) : whole;
  const frequencies = onesided && !inverse ? add(floorDivide(length, 2), 1) : length;
  return [{ dtype, shape: x.with(axis, frequencies).with(-1, onesided && inverse ? 1 : 2) }];
}

/** [batch, frames, frequencies, 2] */
function shortTime(operation: Operation): readonly Info[] {
  const x = ranked(operation, 0, 3, 3);
  const [, step, window, length] = operation.inputs;
  const dtype = operation.inputs[0]?.dtype;
  if (!x) return [{ dtype }];
  const size = window?.shape?.[0] ?? (length ? numberOf(length) : x[1]) ?? unknownDim(operation, 2);
  const stride = numberOf(step);
  const frames = stride === undefined ? unknownDim(operation, 1) : add(floorDivide(subtract(x[1]!, size), stride), 1);
  const frequencies = operation.int('onesided', 1) ? add(floorDivide(size, 2), 1) : size;
  return [{ dtype, shape: [x[0]!, frames, frequencies, 2] }];
}

export const transforms: RuleTable = { DFT: transformed, STFT: shortTime };
