/** Reshape: where 0 copies a size and -1 takes what is left. */
import type { Dim, Operation, Shape } from '../graph.js';
import { contentOf } from './content.js';
import { compare, floorDivide, product } from './dims.js';
import { reject, shapeOf, unknownDim, unknownShape } from './rule.js';

export function reshaped(operation: Operation): Shape | undefined {
  const shape = shapeOf(operation);
  const target = contentOf(operation.inputs[1]);
  if (!target) {
    const rank = operation.inputs[1]?.shape?.[0];
    return typeof rank === 'number' ? unknownShape(operation, rank) : undefined;
  }
  const copied = operation.int('allowzero', 0) ? target : target.map((dim, i) => (dim === 0 ? copy(operation, shape, i) : dim));
  if (copied.some((dim) => typeof dim === 'number' && dim < -1) || copied.filter((dim) => dim === -1).length > 1) {
    reject(operation, `[${target}] is not a shape`);
  }
  const rest = copied.indexOf(-1);
  if (rest < 0) return checked(operation, shape, copied);
  const filled = shape && remainder(operation, shape, copied.toSpliced(rest, 1));
  return copied.with(rest, filled ?? unknownDim(operation, rest));
}

function copy(operation: Operation, shape: Shape | undefined, axis: number): Dim {
  if (!shape) return unknownDim(operation, axis);
  return shape[axis] ?? reject(operation, `axis ${axis} of the new shape copies a size that is not there`);
}

/** All elements divided by those of the other axes; sizes that occur in both cancel, whatever they are. */
function remainder(operation: Operation, from: Shape, others: Shape): Dim {
  const left = [...from];
  const divisors = others.filter((dim) => {
    const at = left.indexOf(dim);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const total = product(left);
  const divisor = product(divisors);
  if (divisor === 0) return reject(operation, 'a size of 0 leaves -1 undetermined');
  if (typeof total === 'number' && typeof divisor === 'number' && total % divisor) {
    reject(operation, `${product(from)} elements do not divide into [${others}]`);
  }
  return floorDivide(total, divisor);
}

function checked(operation: Operation, from: Shape | undefined, to: Shape): Shape {
  const sign = from && compare(product(from), product(to));
  // Names that differ may stand for equal sizes: only numbers are compared.
  const numbers = [...(from ?? []), ...to].every((dim) => typeof dim === 'number');
  if (numbers && sign !== undefined && sign !== 0) reject(operation, `${product(from!)} elements do not fit [${to}]`);
  return to;
}
