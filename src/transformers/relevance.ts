/**
 * Relevance through transformers, as tables of the gradient walk: the relevance of a value is the value times what they propagate.
 * AttnLRP (Achtibat et al., ICML 2024) in the form of gradients that LXT gives it; CP-LRP (Ali et al., ICML 2022).
 */
import { activations } from '../autodiff/gradient/activations.js';
import { gradient } from '../autodiff/gradient/index.js';
import { elementwise, noGradient, type Rule, type RuleContext, type RuleTable } from '../autodiff/rule.js';
import type { Builder } from '../onnx/builder.js';
import type { Node, Value } from '../onnx/graph.js';
import { dependsOnNumbers } from './flow.js';
import { signalOf } from './gate.js';
import { normalisedFactor } from './layer-normalization.js';

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

/** The root mean square is a constant: dx = dy scale / rms. */
const rmsNormalization: Rule = ({ b, node, x, inputs, dy }) => {
  const first = node.int('axis', -1);
  const axes = Array.from({ length: first < 0 ? -first : x.rank! - first }, (_, i) => -1 - i);
  const mean = b.reduceMean(b.square(x), axes);
  return [b.div(b.mul(dy, inputs[1]!), b.sqrt(b.add(mean, node.float('epsilon', 1e-5))))];
};

/** f(x) = x (f(x) / x), and the quotient is a constant. */
const identity: Rule = elementwise(({ b, x, y }) => b.div(y, b.add(x, 1e-10)));

/** A norm is a constant: dx = dy / norm. */
const division: Rule = (context) =>
  context.wanted[0] && context.wanted[1] ? [gradient.Div!(context)[0], undefined] : gradient.Div!(context);

/** Whether both factors hold numbers of the image. A mask may depend on the image's size, and has no share. */
const isTrueProduct = ({ wanted, inputs }: RuleContext): boolean =>
  wanted.every(Boolean) && inputs.every((factor) => dependsOnNumbers(factor!));

/** Half to each of two factors that depend on the image. */
const halves =
  (rule: Rule): Rule =>
  (context) => {
    const shares = rule(context);
    return isTrueProduct(context) ? shares.map((share) => share && context.b.div(share, 2)) : shares;
  };

/** The factor that `signalOf` finds gets everything, and the other one is a constant; what it finds nothing in goes by `otherwise`. */
const single =
  (signalOf: (product: Node) => number | undefined, otherwise: Rule): Rule =>
  (context) => {
    const signal = context.wanted.every(Boolean) ? signalOf(context.node) : undefined;
    if (signal === undefined) return otherwise(context);
    return gradient.Mul!(context).map((share, i) => (i === signal ? share : undefined));
  };

/** A function of one value passes everything to it; true products share. */
const product = single((node) => normalisedFactor(node) ?? signalOf(node), halves(gradient.Mul!));

const identities = Object.fromEntries(Object.keys(activations).map((op) => [op, identity]));

const shared: RuleTable = {
  ...gradient,
  ...identities,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
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
  RMSNormalization: rmsNormalization,
  Mul: single(normalisedFactor, gradient.Mul!),
  Div: division,
  ReduceL2: noGradient,
};
