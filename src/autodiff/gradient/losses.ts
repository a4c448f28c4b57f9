/** Gradients of losses over classes: the weight of the true class of each place, and nothing for places that are ignored. */
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { numbers } from '../../onnx/tensor.js';
import type { Rule, RuleContext, RuleTable } from '../rule.js';
import { sizeOf } from './movement.js';

/** What no label is: the class that is ignored goes by it. */
const NO_LABEL = -(2 ** 31);

interface Loss {
  /** d loss / d log-probabilities, [N, C, ...]. */
  readonly toLogs: Value;
  /** What each element of the weights gets, [C]. */
  readonly toWeights: (logs: Value) => Value;
}

/** loss = -w[t] log p[t] at each place, all of them, their sum, or their mean weighted by w[t]. */
function shares({ b, node, inputs: [x, labels, weights], y }: RuleContext, dy: Value): Loss {
  const classes = sizeOf(x!, 1, node);
  const along = [classes, ...new Array<number>(x!.rank! - 2).fill(1)];
  const ignored = node.has('ignore_index') ? node.int('ignore_index') : undefined;
  const names = Array.from({ length: classes }, (_, c) => (c === ignored ? NO_LABEL : c));
  const isTrue = b.mask(b.equal(b.unsqueeze(labels!, [1]), b.constant(numbers(labels!.dtype ?? 'int64', names, along))), x!);
  const weighted = weights ? b.mul(isTrue, b.reshape(weights, along)) : isTrue;
  const reduction = node.string('reduction', 'mean');
  const upstream =
    reduction === 'none' ? b.unsqueeze(dy, [1]) : reduction === 'sum' ? dy : b.div(dy, b.reduceSum(weighted, undefined, false));
  return {
    toLogs: b.neg(b.mul(weighted, upstream)),
    toWeights: (logs) => {
      const loss = reduction === 'mean' ? b.add(logs, y) : logs;
      return overPlaces(b, b.neg(b.mul(b.mul(isTrue, loss), upstream)));
    },
  };
}

/** Sums over all but the classes. */
function overPlaces(b: Builder, value: Value): Value {
  const axes = Array.from({ length: value.rank! }, (_, axis) => axis).filter((axis) => axis !== 1);
  return b.reduceSum(value, axes, false);
}

const negativeLogLikelihood: Rule = (context) => {
  const { toLogs, toWeights } = shares(context, context.dy);
  return [toLogs, undefined, context.wanted[2] ? toWeights(context.x) : undefined];
};

/** The same of log p = x - log sum exp x, which may flow back by itself as well: dx = g - p sum g over the classes. */
const softmaxCrossEntropy: Rule = (context) => {
  const { b, x, upstream, wanted } = context;
  const [dLoss, dLogs] = upstream;
  const loss = dLoss && shares(context, dLoss);
  const g = [loss?.toLogs, dLogs].filter((share) => share !== undefined).reduce(b.add);
  const p = b.op('Softmax', [x], { axis: 1 });
  const logs = () => b.sub(x, b.reduce('ReduceLogSumExp', x, [1]));
  return [b.sub(g, b.mul(p, b.reduceSum(g, [1]))), undefined, wanted[2] && loss ? loss.toWeights(logs()) : undefined];
};

export const losses = {
  NegativeLogLikelihoodLoss: negativeLogLikelihood,
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
} satisfies RuleTable;
