/** Shapes of operands that are combined element by element, and of axes that must agree. */
import type { Dim, Operation, Shape } from '../graph.js';
import { maximum } from './dims.js';
import { reject } from './rule.js';

/** The shape that all operands are repeated to, axes aligned from the last; none if the rank of one is unknown. */
export function broadcast(operation: Operation, shapes: readonly (Shape | undefined)[]): Shape | undefined {
  const known = shapes.filter((shape) => shape !== undefined);
  if (known.length < shapes.length || known.length === 0) return undefined;
  const rank = Math.max(...known.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    known.reduce<Dim>((dim, shape) => {
      const other = shape[axis - rank + shape.length] ?? 1;
      return commonDim(dim, other) ?? reject(operation, `shapes do not broadcast: ${dim} and ${other} on axis ${axis - rank}`);
    }, 1),
  );
}

function commonDim(a: Dim, b: Dim): Dim | undefined {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (typeof a === 'number') return typeof b === 'number' ? undefined : a;
  // One of two unequal names stands for 1, if they do not stand for the same.
  return typeof b === 'number' ? b : maximum(a, b);
}

/** The size of axes that must be equal: the known one, where only one is. */
export function agree(operation: Operation, what: string, a: Dim | undefined, b: Dim | undefined): Dim | undefined {
  if (typeof a === 'number' && typeof b === 'number' && a !== b) reject(operation, `${what} disagree: ${a} and ${b}`);
  return typeof b === 'number' ? b : (a ?? b);
}
