/** Gradients of running sums and products: what flows back to an element is a running sum from the other end. */
import { linear, type Rule, type RuleContext, type RuleTable } from '../rule.js';
import { withoutZeros } from './reduction.js';

/** The running sum of a value the way that the node goes, or the other way. */
function runningSum({ b, node, inputs: [, axis] }: RuleContext, x: RuleContext['x'], way: 'forth' | 'back', exclusive: number) {
  const reverse = node.int('reverse', 0);
  return b.op('CumSum', [x, axis], { exclusive, reverse: way === 'forth' ? reverse : 1 - reverse });
}

/**
 * dx = sum over later k of dy_k y_k / x. The first zero has the same with 1 in its place; elements behind it share nothing with it,
 * and those that are zero too nothing with anything.
 */
const cumProd: Rule = linear((context) => {
  const { b, node, x, inputs, y, dy } = context;
  const exclusive = node.int('exclusive', 0);
  const zero = b.mask(b.equal(x, 0), x);
  const first = b.mul(zero, b.mask(b.less(runningSum(context, zero, 'forth', 0), 1.5), x));
  const withoutFirst = b.op('CumProd', [b.add(x, first), inputs[1]], { exclusive, reverse: node.int('reverse', 0) });
  const back = (product: RuleContext['y']) => runningSum(context, b.mul(dy, product), 'back', exclusive);
  const others = b.mul(b.div(back(y), withoutZeros(b, x)), b.sub(1, zero));
  return b.add(others, b.mul(first, back(withoutFirst)));
});

export const cumulative = {
  CumSum: linear((context) => runningSum(context, context.dy, 'back', context.node.int('exclusive', 0))),
  CumProd: cumProd,
} satisfies RuleTable;
