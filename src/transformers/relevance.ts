/**
 * Relevance through transformers, as tables of the gradient walk: the relevance of a value is the value times what they propagate.
 * AttnLRP (Achtibat et al., ICML 2024) in the form of gradients that LXT gives it; CP-LRP (Ali et al., ICML 2022).
 */
import { activations } from '../autodiff/gradient/activations.js';
import { gradient } from '../autodiff/gradient/index.js';
import { elementwise, noGradient, type Rule, type RuleContext, type RuleTable } from '../autodiff/rule.js';
import type { Builder } from '../onnx/builder.js';
import type { Node, Value } from '../onnx/graph.js';
import { signalOf } from './gate.js';

/** 1 / deviation of a layer normalisation over the last axis. */
export function inverseDeviation(b: Builder, node: Node, x: Value): Value {
  const given = node.outputs[2];
  if (given && given.dtype === x.dtype) return given;
  const variance = b.reduceMean(b.square(b.sub(x, b.reduceMean(x, [-1]))), [-1]);
  return b.op('Reciprocal', [b.sqrt(b.add(variance, node.float('epsilon', 1e-5)))]);
}

/** The deviation is a constant, the mean is not: dx = (g - mean(g)) / deviation with g = dy scale. */
const layerNormalization: Rule = ({ b, node, x, inputs, dy }) => {
  const g = b.mul(dy, inputs[1]!);
  return [b.mul(b.sub(g, b.reduceMean(g, [-1])), inverseDeviation(b, node, x))];
};

/** f(x) = x (f(x) / x), and the quotient is a constant. */
const identity: Rule = elementwise(({ b, x, y }) => b.div(y, b.add(x, 1e-10)));

/** A norm is a constant: dx = dy / norm. */
const division: Rule = (context) =>
  context.wanted[0] && context.wanted[1] ? [gradient.Div!(context)[0], undefined] : gradient.Div!(context);

/** Half to each of two factors that depend on the image. */
const halves =
  (rule: Rule): Rule =>
  (context) => {
    const shares = rule(context);
    return context.wanted.filter(Boolean).length < 2 ? shares : shares.map((share) => share && context.b.div(share, 2));
  };

/** A function of one value passes everything to it; true products share. */
const product: Rule = (context) => {
  const signal = context.wanted.every(Boolean) ? signalOf(context.node) : undefined;
  if (signal === undefined) return halves(gradient.Mul!)(context);
  return gradient.Mul!(context).map((share, i) => (i === signal ? share : undefined));
};

const identities = Object.fromEntries(Object.keys(activations).map((op) => [op, identity]));

const shared: RuleTable = {
  ...gradient,
  ...identities,
  LayerNormalization: layerNormalization,
  Div: division,
  Mul: product,
  ReduceL2: noGradient,
};

/** Both factors of each product share: queries and keys get a quarter, values a half; softmax has its derivative. */
export const attnLrp: RuleTable = { ...shared, MatMul: halves(gradient.MatMul!), Einsum: halves(gradient.Einsum!) };

/** Nothing passes through softmax: attention is a constant, and all relevance goes to the values. */
export const cpLrp: RuleTable = { ...shared, Softmax: noGradient };

/** For the decomposition of a score: normalisations take their statistics from outside, dx = dy scale / deviation. */
export const frozenStatistics: RuleTable = {
  ...gradient,
  LayerNormalization: ({ b, node, x, inputs, dy }: RuleContext) => [b.mul(b.mul(dy, inputs[1]!), inverseDeviation(b, node, x))],
  Div: division,
  ReduceL2: noGradient,
};
