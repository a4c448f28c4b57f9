/** DeepLIFT's rescale rule at softmax and its logarithm. */
import type { Rule, RuleContext } from '../autodiff/rule.js';
import type { Value } from '../onnx/graph.js';
import { chord, type Reference } from './chord.js';

/**
 * Softmax as exp(x - l) with l = log of the sum of exp(x). As a quotient of exp(x) and their sum it would add up too, by shares that
 * grow with exp of how far the logits move, and cancel.
 */
export const softmax =
  (reference: Reference): Rule =>
  (context) => {
    const { b, x, y, dy } = context;
    const there = reference(x);
    const logs = { here: b.sub(x, logSum(context, x)), there: b.sub(there, logSum(context, there)) };
    const share = chord(b, logs, { here: y, there: reference(y) }, dy, b.mul(dy, y));
    return [b.sub(share, throughLogSum(context, reference, share))];
  };

export const logSoftmax =
  (reference: Reference): Rule =>
  (context) => [context.b.sub(context.dy, throughLogSum(context, reference, context.dy))];

const softmaxAxes = ({ node }: RuleContext) => [node.int('axis', -1)];

/** log of the sum of exp(x), whatever the size of x. */
function logSum(context: RuleContext, x: Value): Value {
  const { b } = context;
  const highest = b.reduceMax(x, softmaxAxes(context));
  return b.add(highest, b.log(b.reduceSum(b.exp(b.sub(x, highest)), softmaxAxes(context))));
}

/** What the logits get of all that flows back into l: by the chord of log, then by those of exp. */
function throughLogSum(context: RuleContext, reference: Reference, share: Value): Value {
  const { b, x } = context;
  const axes = softmaxAxes(context);
  const logits = { here: x, there: reference(x) };
  // Any constant may be subtracted, the same at both points; with this one the larger sum is at least 1.
  const highest = b.reduceMax(b.max(logits.here, logits.there), axes);
  const powers = { here: b.exp(b.sub(logits.here, highest)), there: b.exp(b.sub(logits.there, highest)) };
  const sums = { here: b.reduceSum(powers.here, axes), there: b.reduceSum(powers.there, axes) };
  const logSums = { here: logSum(context, logits.here), there: logSum(context, logits.there) };
  const all = b.reduceSum(share, axes);
  const toSum = chord(b, sums, logSums, all, b.div(all, b.max(sums.here, 1e-30)));
  return chord(b, logits, powers, toSum, b.mul(toSum, powers.here));
}
