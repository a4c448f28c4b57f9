/** Gradients of matrix products. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import type { Rule, RuleContext, RuleTable } from '../rule.js';
import { einsum } from './einsum.js';

/** Swaps the last two axes. */
function transposed(b: Builder, x: Value): Value {
  const rank = x.rank ?? fail(`the rank of "${x.name}" is unknown, so it cannot be transposed`);
  const perm = Array.from({ length: rank }, (_, axis) => axis);
  return b.transpose(x, [...perm.slice(0, -2), rank - 1, rank - 2]);
}

/** y = a b: da = dy b^T, db = a^T dy, summed over broadcast batch axes. Vectors are matrices with one row or column. */
const matMul: Rule = ({ b, inputs: [left, right], dy, wanted }) => {
  const vectors = [left!.rank === 1, right!.rank === 1] as const;
  const a = vectors[0] ? b.unsqueeze(left!, [0]) : left!;
  const c = vectors[1] ? b.unsqueeze(right!, [1]) : right!;
  const withColumn = vectors[1] ? b.unsqueeze(dy, [-1]) : dy;
  const d = vectors[0] ? b.unsqueeze(withColumn, [-2]) : withColumn;
  const restore = (share: Value, operand: Value, matrix: Value, vectorAxis: number, isVector: boolean) => {
    const summed = b.sumTo(share, matrix);
    return isVector ? b.squeeze(summed, [vectorAxis]) : b.sumTo(summed, operand);
  };
  return [
    wanted[0] ? restore(isLarge(c) ? byLarge(b, d, c, a) : b.matMul(d, transposed(b, c)), left!, a, 0, vectors[0]) : undefined,
    wanted[1] ? restore(weightShare(b, a, c, d), right!, c, 1, vectors[1]) : undefined,
  ];
};

/** A constant of more elements than this is not worth a transposed copy, which ONNX Runtime would make when it loads the graph. */
const LARGE = 2 ** 20;

const isLarge = ({ tensor, shape }: Value): boolean =>
  tensor?.shape.length === 2 && (shape as readonly number[]).reduce((product, size) => product * size, 1) > LARGE;

/** dy c^T: Gemm transposes while it reads. */
function byLarge(b: Builder, d: Value, c: Value, a: Value): Value {
  return b.reshapeLike(b.op('Gemm', [rows(b, d), c], { transB: 1 }), a);
}

/** a^T dy; a batched times a plain matrix is one product of all rows, not a product a batch entry. */
function weightShare(b: Builder, a: Value, c: Value, d: Value): Value {
  return c.rank === 2 && (a.rank ?? 0) > 2 ? b.matMul(transposed(b, rows(b, a)), rows(b, d)) : b.matMul(transposed(b, a), d);
}

function rows(b: Builder, x: Value): Value {
  return x.rank === 2 ? x : b.op('Flatten', [x], { axis: x.rank! - 1 });
}

/** y = alpha A' B' + beta C, where A' and B' may be transposes: dA' = alpha dy B'^T, dB' = alpha A'^T dy, dC = beta dy. */
const gemm: Rule = ({ b, node, inputs: [a, c, bias], dy, wanted }) => {
  const [transA, transB] = [node.int('transA', 0), node.int('transB', 0)];
  const alpha = node.float('alpha', 1);
  const beta = node.float('beta', 1);
  const product = (left: Value, right: Value, attributes: { transA: number; transB: number }) =>
    b.op('Gemm', [left, right], { ...attributes, alpha: { float: alpha } });
  const one = transA
    ? () => product(c!, dy, { transA: transB, transB: 1 })
    : () => product(dy, c!, { transA: 0, transB: 1 - transB });
  const two = transB
    ? () => product(dy, a!, { transA: 1, transB: transA })
    : () => product(a!, dy, { transA: 1 - transA, transB: 0 });
  return [
    wanted[0] ? one() : undefined,
    wanted[1] ? two() : undefined,
    wanted[2] && bias ? b.sumTo(beta === 1 ? dy : b.mul(dy, beta), bias) : undefined,
  ];
};

export const matrix = {
  MatMul: matMul,
  Gemm: gemm,
  Einsum: (context: RuleContext) => einsum(context),
} satisfies RuleTable;
