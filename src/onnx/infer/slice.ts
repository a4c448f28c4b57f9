/** Slice: ranges of some axes, counted from either end, in steps forwards or backwards. */
import type { Dim, Operation, Shape } from '../graph.js';
import { contentOf, numbersOf } from './content.js';
import { add, ceilDivide, minimum, subtract } from './dims.js';
import { axisOf, reject, shapeOf, unknownDim, unknownShape } from './rule.js';

export interface Range {
  readonly axis: number;
  readonly start: Dim;
  readonly end: Dim;
  readonly step: number;
}

export function sliced(operation: Operation): Shape | undefined {
  const shape = shapeOf(operation);
  if (!shape) return undefined;
  const ranges = rangesOf(operation);
  if (ranges) {
    const result = [...shape];
    for (const range of ranges) result[range.axis] = lengthOf(range, shape[range.axis]!);
    return result;
  }
  const [, starts, , axes] = operation.inputs;
  const count = starts?.shape?.[0];
  const touched = axes ? numbersOf(axes) : typeof count === 'number' ? Array.from({ length: count }, (_, i) => i) : undefined;
  if (!touched) return unknownShape(operation, shape.length);
  const unknown = touched.map((axis) => axisOf(operation, axis, shape.length));
  return shape.map((dim, axis) => (unknown.includes(axis) ? unknownDim(operation, axis) : dim));
}

/** What is taken of each axis, as stated; none where that is known only at run time. */
export function rangesOf(operation: Operation): readonly Range[] | undefined {
  const [x, starts, ends, axes, steps] = operation.inputs;
  const first = contentOf(starts);
  const last = contentOf(ends);
  const rank = x?.shape?.length;
  if (!first || !last || rank === undefined) return undefined;
  const along = axes ? numbersOf(axes) : first.map((_, i) => i);
  const stride = steps ? numbersOf(steps) : first.map(() => 1);
  if (!along || !stride) return undefined;
  if (first.length !== last.length || first.length !== along.length || first.length !== stride.length) {
    reject(operation, `${first.length} starts, ${last.length} ends, ${along.length} axes and ${stride.length} steps`);
  }
  if (stride.includes(0)) reject(operation, 'a step must not be 0');
  return along.map((axis, i) => ({ axis: axisOf(operation, axis, rank), start: first[i]!, end: last[i]!, step: stride[i]! }));
}

/** Elements in a range. Sizes that only running tells are taken to be large enough for the range not to be empty. */
function lengthOf(range: Range, size: Dim): Dim {
  const { end, step } = range;
  const from = startOf(range, size);
  // Backwards, the end may lie before the first element.
  const to = step > 0 ? bounded(end, size, 0, size) : bounded(end, size, -1, subtract(size, 1));
  const length = ceilDivide(step > 0 ? subtract(minimum(to, size), from) : subtract(from, to), Math.abs(step));
  return typeof length === 'number' ? Math.max(0, length) : length;
}

/** The position of the first element of a range. */
export function startOf({ start, step }: Range, size: Dim): Dim {
  if (step > 0) return bounded(start, size, 0, size);
  const last = subtract(size, 1);
  return minimum(bounded(start, size, 0, last), last);
}

/** Beyond what any axis holds: exporters write "to the end" like this. */
const beyond = 2 ** 31 - 1;

/** A position counted from the front, within bounds where both are known. */
function bounded(position: Dim, size: Dim, least: number, greatest: Dim): Dim {
  if (typeof position === 'string') return position;
  if (position <= -beyond) return least;
  if (position >= beyond) return greatest;
  const counted = position < 0 ? add(position, size) : position;
  return typeof counted === 'number' && typeof greatest === 'number' ? Math.min(Math.max(counted, least), greatest) : counted;
}
