/** Gradient of a determinant: its cofactors, which exist for singular matrices too. */
import { numbers } from '../../onnx/tensor.js';
import { linear, type Rule, type RuleTable } from '../rule.js';
import { sizeOf } from './movement.js';

/** d det x / dx_ij = (-1)^(i+j) det of x without row i and column j (Jacobi's formula with the adjugate). */
const det: Rule = linear(({ b, node, x, dy }) => {
  const size = sizeOf(x, x.rank! - 1, node);
  const upstream = b.unsqueeze(dy, [x.rank! - 2, x.rank! - 1]);
  if (size === 1) return upstream;
  const all = Array.from({ length: size }, (_, i) => i);
  const pairs = all.flatMap((i) => all.map((j) => [i, j] as const));
  const without = (n: number) => all.filter((i) => i !== n);
  const places = pairs.flatMap(([i, j]) => without(i).flatMap((row) => without(j).map((column) => row * size + column)));
  const stack = Array<number>(x.rank! - 2).fill(0);
  const flat = b.reshape(x, [...stack, size * size]);
  const minors = b.gather(flat, b.constant(numbers('int64', places, [size, size, size - 1, size - 1])), stack.length);
  const signs = pairs.map(([i, j]) => ((i + j) % 2 ? -1 : 1));
  const cofactors = b.mul(b.op('Det', [minors]), b.constant(numbers(x.dtype ?? 'float32', signs, [size, size])));
  return b.mul(upstream, cofactors);
});

export const determinant = { Det: det } satisfies RuleTable;
