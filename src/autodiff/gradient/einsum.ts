/**
 * Gradient of Einsum: the operand's share is again an Einsum, of dy and the other operands, onto the operand's own subscripts.
 *
 * Subscripts that only the operand has were summed out: the share is repeated along them. A subscript that it has twice took a
 * diagonal: the share goes back onto the diagonal.
 */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import type { RuleContext } from '../rule.js';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

interface Subscripts {
  readonly operands: readonly string[];
  readonly output: string;
}

export function einsum({ b, node, inputs, dy, wanted }: RuleContext): (Value | undefined)[] {
  const operands = inputs as readonly Value[];
  const { operands: subscripts, output } = parse(node.string('equation'), operands, node.label);
  return operands.map((operand, i) => {
    if (!wanted[i]) return undefined;
    const own = subscripts[i]!;
    const others = subscripts.filter((_, j) => j !== i);
    const available = new Set([output, ...others].join(''));
    const unique = [...new Set(own)];
    const reached = unique.filter((label) => available.has(label)).join('');
    const equation = `${[output, ...others].join(',')}->${reached}`;
    const share = b.op('Einsum', [dy, ...operands.filter((_, j) => j !== i)], { equation });
    return onto(b, share, reached, own, operand);
  });
}

/** Lays a share with axes `reached` out over all axes `own` of the operand. */
function onto(b: Builder, share: Value, reached: string, own: string, operand: Value): Value {
  const seen = new Set<string>();
  const missing: number[] = [];
  const diagonals: [number, number][] = [];
  [...own].forEach((label, axis) => {
    if (seen.has(label)) diagonals.push([own.indexOf(label), axis]);
    if (seen.has(label) || !reached.includes(label)) missing.push(axis);
    seen.add(label);
  });
  const spread = b.expandLike(b.unsqueeze(share, missing), operand);
  const diagonal = diagonals.reduce((masked, [first, second]) => b.mul(masked, identityAlong(b, operand, first, second)), spread);
  // An ellipsis broadcasts axes of size 1.
  return b.sumTo(diagonal, operand);
}

/** 1 where the indices of two axes agree, else 0, with size 1 on all other axes. */
function identityAlong(b: Builder, like: Value, first: number, second: number): Value {
  const size = like.shape?.[first];
  const rank = like.rank ?? 0;
  if (typeof size !== 'number') return fail(`the diagonal of "${like.name}" in an Einsum has a size known only at run time`);
  const index = (axis: number) => {
    const dims = Array.from({ length: rank }, (_, i) => (i === axis ? size : 1));
    return b.reshape(b.ints(Array.from({ length: size }, (_, i) => i)), dims);
  };
  return b.mask(b.equal(index(first), index(second)), like);
}

/** Splits an equation, writes its ellipsis out as letters, and its output where it is implied. */
function parse(equation: string, operands: readonly Value[], label: string): Subscripts {
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',');
  const free = [...ALPHABET].filter((letter) => !equation.includes(letter));
  const ellipsisRank = (term: string, i: number): number => {
    if (!term.includes('...')) return 0;
    const rank = operands[i]?.rank ?? fail(`${label}: the rank of "${operands[i]?.name}" is unknown`);
    return rank - (term.length - 3);
  };
  const longest = Math.max(...terms.map(ellipsisRank));
  const letters = free.slice(0, longest).join('');
  const spell = (term: string, i: number) => term.replace('...', letters.slice(longest - ellipsisRank(term, i)));
  const spelt = terms.map(spell);
  const counts = (letter: string) => terms.join('').split(letter).length - 1;
  const implied = [...new Set(terms.join('').replaceAll(/[.,]/g, ''))].filter((letter) => counts(letter) === 1).sort();
  return { operands: spelt, output: right === undefined ? letters + implied.join('') : right.replace('...', letters) };
}
