/**
 * DeepLIFT's reveal-cancel rule: positive and negative parts of every difference are followed apart, so that parts that cancel in a
 * nonlinearity still get their share. Shrikumar, Greenside, Kundaje 2017, section 3.5.3. As in the authors' code the rule is for
 * activations; pooling, norms, softmax and products of two values share by the rescale rule.
 *
 * Given the ratios by which nonlinearities pass each part on, the score's difference is a linear function of both parts of the
 * input's; its gradient, by the usual walk, is the multipliers.
 */
import { gradient } from '../autodiff/gradient/index.js';
import { propagate, ruleOf } from '../autodiff/propagate.js';
import { noGradient, type Rule, type RuleTable } from '../autodiff/rule.js';
import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import { type Node, operands, reachable, type Value } from '../onnx/graph.js';
import { isFloat } from '../onnx/tensor.js';
import { activations, rescaleTable } from './deeplift-rules.js';
import { moves } from './linear-head.js';
import type { Evaluation, PlanContext } from './method.js';

/** Positive and negative part of a difference to the baseline. */
interface Parts {
  readonly positive: Value;
  readonly negative: Value;
}

export function revealCancel({ b, input, score }: PlanContext, reference: Evaluation): Value {
  const difference = b.sub(input, reference.input);
  const start = partsOf(b, difference);
  const parts = new Map<Value, Parts>([[input, start]]);
  const rules = { reference: reference.of, rescale: rescaleTable(reference.of) };
  for (const node of reachable([score]).nodes) {
    if (!operands(node).some((value) => parts.has(value))) continue;
    const outputs = ruleOf(gradient, node) === noGradient ? [] : node.outputs.filter(({ dtype }) => isFloat(dtype ?? 'float32'));
    for (const output of outputs)
      parts.set(output, follow({ b, node, output, parts: node.inputs.map((x) => x && parts.get(x)), ...rules }));
  }
  const end = parts.get(score) ?? fail('the score does not depend on the input');
  const total = b.add(end.positive, end.negative);
  const seeds = new Map([[total, b.expandLike(b.scalar(1, total.dtype), total)]]);
  const sources = [start.positive, start.negative];
  const [up, down] = propagate(b, { seeds, sources, table: throughRatios, quantity: 'multiplier' });
  return b.add(b.mul(start.positive, up!), b.mul(start.negative, down!));
}

/** Ratios stand behind an Identity, where the walk stops. */
const throughRatios: RuleTable = { ...gradient, Identity: noGradient };

function partsOf(b: Builder, difference: Value): Parts {
  return { positive: b.max(difference, 0), negative: b.min(difference, 0) };
}

/** A node on the way. */
interface Step {
  readonly b: Builder;
  readonly node: Node;
  /** The one of its outputs whose parts are wanted. */
  readonly output: Value;
  /** Parts of each input; none where it does not depend on the model's. */
  readonly parts: readonly (Parts | undefined)[];
  /** What a value is at the baseline. */
  readonly reference: (value: Value) => Value;
  readonly rescale: RuleTable;
}

/** The parts of a node's output. */
function follow(step: Step): Parts {
  const { b, node, parts, rescale } = step;
  const alone = parts.filter(Boolean).length === 1;
  const [first] = parts;
  // An Identity would stop the walk, as those around ratios do.
  if (node.op === 'Identity' || node.op === 'Dropout') return first!;
  if ((moves(node) || kept.has(node.op)) && alone && first)
    return eachPart((side) => again(step, [first[side], ...constantsOf(node)]));
  if (node.op === 'Add' || node.op === 'Sub') return added(step);
  if (node.op === 'Concat')
    return eachPart((side) =>
      again(
        step,
        node.inputs.map((x, i) => parts[i]?.[side] ?? b.zerosLike(x!)),
      ),
    );
  if (products.has(node.op) && alone) return throughWeights(step);
  if (node.op === 'Div' && alone && first) return scaled(b, first, b.op('Reciprocal', [node.inputs[1]!]));
  if (node.op === 'BatchNormalization') return scaled(b, first!, slopeOf(step));
  if (activations.includes(node.op) && alone && first) return throughActivation(step);
  return throughRescale(
    step,
    ruleOf(rescale, node) ?? fail(`${node.label} has no reveal-cancel rule; explain an output before it`),
  );
}

/** The node's operator on other inputs. */
const again = ({ b, node, output }: Step, inputs: readonly (Value | undefined)[]): Value =>
  b.op(node.op, inputs, node.attributes, { domain: node.domain, infos: [output.info] });

/** Linear operators without negative weights: they act on both parts alike. */
const kept = new Set(['AveragePool', 'GlobalAveragePool', 'ReduceMean', 'ReduceSum', 'Pad', 'Slice']);
const products = new Set(['Conv', 'Gemm', 'MatMul', 'Mul']);

/** A node's further inputs; differences are padded with zeros, whatever the values are padded with. */
const constantsOf = ({ op, inputs }: Node) => inputs.slice(1, op === 'Pad' ? 2 : undefined);

const eachPart = (part: (side: keyof Parts) => Value): Parts => ({ positive: part('positive'), negative: part('negative') });

const negated = (b: Builder, { positive, negative }: Parts): Parts => ({ positive: b.neg(negative), negative: b.neg(positive) });

function added(step: Step): Parts {
  const { b, node, parts } = step;
  const terms = [parts[0], parts[1] && node.op === 'Sub' ? negated(b, parts[1]) : parts[1]].filter((term) => term !== undefined);
  return eachPart((side) => b.expandLike(terms.map((term) => term[side]).reduce(b.add), node.output()));
}

/** Positive weights keep the sign of a part, negative ones turn it round. Constants added do not differ. */
function throughWeights(step: Step): Parts {
  const { b, node, parts } = step;
  const at = parts[0] ? 0 : 1;
  const x = parts[at]!;
  const weight = node.inputs[1 - at]!;
  const through = (part: Value, w: Value) => again(step, at === 0 ? [part, w] : [w, part]);
  const [up, down] = [b.max(weight, 0), b.min(weight, 0)];
  return {
    positive: b.add(through(x.positive, up), through(x.negative, down)),
    negative: b.add(through(x.positive, down), through(x.negative, up)),
  };
}

function scaled(b: Builder, x: Parts, scale: Value): Parts {
  const [up, down] = [b.max(scale, 0), b.min(scale, 0)];
  return {
    positive: b.add(b.mul(x.positive, up), b.mul(x.negative, down)),
    negative: b.add(b.mul(x.positive, down), b.mul(x.negative, up)),
  };
}

/** What a batch norm multiplies each channel with. */
function slopeOf({ b, node }: Step): Value {
  const [x, scale, , , variance] = node.inputs;
  const slope = b.div(scale!, b.sqrt(b.add(variance!, node.float('epsilon', 1e-5))));
  return b.reshape(slope, [1, -1, ...new Array<number>((x!.rank ?? 2) - 2).fill(1)]);
}

/** What each part changes, on its own and after the other, in the mean; as a ratio that stays fixed on the way back. */
function throughActivation(step: Step): Parts {
  const { b, node, parts, reference } = step;
  const { positive: p, negative: n } = parts[0]!;
  const f = (x: Value) => again(step, [x, ...node.inputs.slice(1)]);
  const from = reference(node.inputs[0]!);
  const [none, up, down, both] = [from, b.add(from, p), b.add(from, n), b.add(b.add(from, p), n)].map(f) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const rise = b.mul(b.add(b.sub(up, none), b.sub(both, down)), 0.5);
  const fall = b.mul(b.add(b.sub(down, none), b.sub(both, up)), 0.5);
  const passed = (part: Value, change: Value) => {
    const moved = b.mask(b.greater(b.abs(part), 1e-10), part);
    const ratio = b.div(b.mul(change, moved), b.add(part, b.sub(1, moved)));
    return b.mul(part, b.op('Identity', [ratio]));
  };
  return { positive: passed(p, rise), negative: passed(n, fall) };
}

/**
 * The rescale rule shares the output's difference out as a linear function of the inputs', so each part of these adds its own share;
 * what is positive makes the positive part. The rule itself goes backwards: what it makes of dy is linear in dy, and the gradient
 * of that in dy is the rule forwards.
 */
function throughRescale({ b, node, output, parts }: Step, rule: Rule): Parts {
  // A value of its own: rules make zeros too, and those must not be taken for it.
  const dy = b.op('Identity', [b.zerosLike(output)], {}, { outputs: 1 });
  const upstream = node.outputs.map((other) => (other === output ? dy : undefined));
  const wanted = parts.map((part) => !!part);
  const shares = rule({ node, inputs: node.inputs, x: node.inputs[0]!, y: node.output(), dy, upstream, wanted, b });
  const forwards = (side: keyof Parts) => {
    const seeds = new Map<Value, Value>([[dy, b.zerosLike(dy)]]);
    shares.forEach((share, i) => {
      const part = share && parts[i]?.[side];
      if (part) seeds.set(share, seeds.has(share) ? b.add(seeds.get(share)!, part) : part);
    });
    return propagate(b, { seeds, sources: [dy], table: gradient, quantity: 'multiplier' })[0]!;
  };
  const sides = [forwards('positive'), forwards('negative')];
  return {
    positive: sides.map((side) => b.max(side, 0)).reduce(b.add),
    negative: sides.map((side) => b.min(side, 0)).reduce(b.add),
  };
}
