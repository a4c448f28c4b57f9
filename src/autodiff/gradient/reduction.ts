/** Gradients of reductions: dy and y stretched back over the reduced axes, times the derivative at each element. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { axesOf } from '../../onnx/infer/axes.js';
import type { Rule, RuleContext, RuleTable } from '../rule.js';
import { sign } from './arithmetic.js';

interface Reduced {
  readonly b: Builder;
  readonly x: Value;
  /** Upstream and output with size 1 along the reduced axes, so that they broadcast against x. */
  readonly dy: Value;
  readonly y: Value;
  readonly axes: readonly number[];
}

/** dx for a reduction, from its operands with all axes kept. */
function reduction(share: (reduced: Reduced) => Value): Rule {
  return ({ b, node, x, y, dy }: RuleContext) => {
    const axes = axesOf(node, b.opset) ?? fail(`${node.label}: its axes are not constant, so it has no gradient rule`);
    const kept = (value: Value) => (node.int('keepdims', 1) ? value : b.unsqueeze(value, axes));
    return [b.expandLike(share({ b, x, y: kept(y), dy: kept(dy), axes }), x)];
  };
}

/** How many elements of x go into one of `reduced`, as a number where it is known. */
export function countOver(b: Builder, x: Value, reduced: Value, axes: readonly number[]): Value | number {
  const sizes = axes.map((axis) => x.shape?.[axis]);
  if (sizes.every((size) => typeof size === 'number')) return sizes.reduce((product, size) => product * size, 1);
  return b.cast(b.op('Div', [b.op('Size', [x]), b.op('Size', [reduced])]), x.dtype ?? 'float32');
}

/** A value with ones for its zeros, to divide by. */
export const withoutZeros = (b: Builder, x: Value): Value => b.add(x, b.mask(b.equal(x, 0), x));

/** Elements that tie share evenly. */
const extremum = reduction(({ b, x, y, dy, axes }) => {
  const winners = b.mask(b.equal(x, y), x);
  return b.mul(winners, b.div(dy, b.reduceSum(winners, axes)));
});

/** The product of all other elements, right where one or several are zero. */
const product = reduction(({ b, x, dy, axes }) => {
  const zero = b.mask(b.equal(x, 0), x);
  const nonzero = b.add(x, zero);
  const zeros = b.reduceSum(zero, axes);
  const alone = b.mask(b.less(zeros, 0.5), x);
  const single = b.mask(b.less(b.abs(b.sub(zeros, 1)), 0.5), x);
  const others = b.add(b.div(alone, nonzero), b.mul(single, zero));
  return b.mul(b.mul(dy, b.reduce('ReduceProd', nonzero, axes)), others);
});

export const reductions = {
  ReduceSum: reduction(({ dy }) => dy),
  ReduceMean: reduction(({ b, x, dy, axes }) => b.div(dy, countOver(b, x, dy, axes))),
  ReduceMax: extremum,
  ReduceMin: extremum,
  ReduceProd: product,
  ReduceL1: reduction(({ b, x, dy }) => b.mul(dy, sign(b, x))),
  // 0 at 0, as PyTorch's norm.
  ReduceL2: reduction(({ b, x, y, dy }) => b.mul(x, b.div(dy, withoutZeros(b, y)))),
  ReduceSumSquare: reduction(({ b, x, dy }) => b.mul(b.mul(x, 2), dy)),
  ReduceLogSum: reduction(({ b, y, dy }) => b.mul(dy, b.exp(b.neg(y)))),
  ReduceLogSumExp: reduction(({ b, x, y, dy }) => b.mul(dy, b.exp(b.sub(x, y)))),
} satisfies RuleTable;
