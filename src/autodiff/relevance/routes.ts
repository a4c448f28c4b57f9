/** How relevance passes what has no weights: activations, sums, pools, gates. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import { windowOf } from '../../onnx/infer/window.js';
import { gradient } from '../gradient/index.js';
import type { Rule, RuleContext } from '../rule.js';
import { ones, type RouteRule } from './rule.js';
import { stabilised } from './stabiliser.js';
import type { Site } from './survey.js';

/** What a route sees: the context of a rule of the walk, and what is known of the node. */
export interface Passage extends RuleContext {
  readonly site: Site;
  readonly rule: RouteRule;
  /** The output, or what a ReLU behind it leaves of it, where no relevance arrives at the rest. */
  readonly rectified: Value | undefined;
}

type Route = (passage: Passage) => readonly (Value | undefined)[];

/** The ordinary derivative, with relevance in place of the gradient: routes what moves or picks, and no more than that. */
const plainGradient: Route = (passage) => ruleOfGradient(passage.node)(passage);

function ruleOfGradient(node: Node): Rule {
  return (Object.hasOwn(gradient, node.op) ? gradient[node.op] : undefined) ?? fail(`${node.label} has no relevance rule`);
}

/** All relevance to one operand, as it is. */
const passOn: Route = ({ site: { carrier, operands, node }, inputs, dy, b }) => {
  const index = carrier ?? (operands.length === 1 ? operands[0]! : fail(`${node.label}: pass needs a single operand`));
  return passTo(b, inputs, index, dy);
};

export function passTo(b: Builder, inputs: readonly (Value | undefined)[], index: number, dy: Value): (Value | undefined)[] {
  const operand = inputs[index]!;
  return inputs.map((_, i) => (i === index ? b.cast(b.sumTo(dy, operand), operand.dtype ?? 'float32') : undefined));
}

/** In proportion to each operand's contribution: x times the derivative at R / y. LRP-epsilon of a layer without weights. */
const norm: Route = (passage) => {
  const { b, inputs, y, dy, rule, rectified } = passage;
  const s = b.div(dy, stabilised(b, rectified ?? y, rule.stabiliser, rectified ? 'positive' : 'any', y));
  const shares = ruleOfGradient(passage.node)({ ...passage, dy: s, upstream: [s] });
  return shares.map((share, i) => share && b.mul(inputs[i]!, share));
};

/** Evenly over all that a pool, a sum or a product takes in, whatever the values are. */
const uniform: Route = (passage) => {
  const { b, node, inputs, site, dy } = passage;
  const taken = (i: number) => site.operands.includes(i);
  if (site.kind !== 'average-pool') {
    const share = b.div(dy, site.operands.length);
    return inputs.map((operand, i) => (operand && taken(i) ? b.sumTo(share, operand) : undefined));
  }
  const counted = b.op(
    node.op,
    inputs.map((operand, i) => (operand && taken(i) ? ones(b, operand) : operand)),
    node.attributes,
  );
  const share = b.div(dy, counted);
  return ruleOfGradient(node)({ ...passage, dy: share, upstream: [share] });
};

/** Gates: everything to the signal, nothing to what opens the gate. The signal is the operand of the output's size. */
const signal: Route = ({ b, inputs, site: { operands, node }, dy }) => {
  const size = (value: Value | undefined) => (value?.shape ?? []).filter((dim) => dim !== 1).length;
  const sized = operands.map((i) => ({ i, size: size(inputs[i]), gate: isGate(inputs[i]!) }));
  const best = sized.reduce((a, c) => (c.size > a.size || (c.size === a.size && a.gate && !c.gate) ? c : a));
  if (!inputs[best.i]) fail(`${node.label} has no signal`);
  return passTo(b, inputs, best.i, dy);
};

/** Between 0 and 1, as what opens a gate is. */
const isGate = ({ producer }: Value): boolean =>
  !!producer && ['Sigmoid', 'HardSigmoid', 'Softmax', 'Clip'].includes(producer.op);

/** Max pooling as if it were average pooling, in proportion to all that is in a window. Montavon et al. 2019, section 10.2. */
const average: Route = (passage) => {
  const { b, node, x } = passage;
  const pool = averaging(b, node);
  const context = { ...passage, node: pool, inputs: [x], y: pool.output(), upstream: [passage.dy], rectified: undefined };
  const s = b.div(passage.dy, stabilised(b, pool.output(), passage.rule.stabiliser));
  const [share] = ruleOfGradient(pool)({ ...context, dy: s, upstream: [s] });
  return [share && b.mul(x, share)];
};

function averaging(b: Builder, node: Node): Node {
  const [x] = node.inputs;
  if (node.op === 'GlobalMaxPool') return b.node('GlobalAveragePool', [x]);
  if (node.op !== 'MaxPool') return fail(`${node.label}: average is a rule for max pooling`);
  const { kernel, strides, dilations, begins, ends } = windowOf(node);
  if (dilations.some((dilation) => dilation !== 1)) fail(`${node.label}: average is not there for dilated pooling`);
  const attributes = {
    kernel_shape: kernel,
    strides,
    pads: [...begins, ...ends],
    ceil_mode: node.int('ceil_mode', 0),
    count_include_pad: 0,
  };
  return b.node('AveragePool', [x], attributes);
}

export const routes: Readonly<Record<RouteRule['name'], Route>> = {
  gradient: plainGradient,
  pass: passOn,
  norm,
  uniform,
  signal,
  average,
};
