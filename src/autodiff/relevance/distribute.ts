/** Emits a weight rule for a layer: its passes as nodes, leaving out those that are known to be zero. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { numbers } from '../../onnx/tensor.js';
import type { LinearLayer } from './layer.js';
import type { Absorption } from './ledger.js';
import { negative, ones, type Pass, positive, type Term, type WeightRule, whole } from './rule.js';
import { type Sign, stabilised } from './stabiliser.js';

/** What is known of a layer's values, whatever the input. None of it changes a number; all of it saves passes. */
export interface Knowledge {
  /** x is never negative: there is no negative part to propagate. */
  readonly nonNegativeInput: boolean;
  /** No relevance arrives where z is not positive, since a ReLU follows; its output, which is z where it is not zero. */
  readonly rectified: Value | undefined;
}

/** What flows back to a layer's input. */
export function distribute(
  b: Builder,
  layer: LinearLayer,
  { terms, stabiliser, bias, name }: WeightRule,
  relevance: Value,
  knowledge: Knowledge,
  absorption?: Absorption,
): Value {
  const shares = terms.flatMap((term) => {
    if (term.outputs === 'negative' && knowledge.rectified) return [];
    const passes = term.passes.filter((pass) => !(knowledge.nonNegativeInput && pass.x === negative));
    if (passes.length === 0) return [];
    const spread = { b, layer, term, passes, bias, knowledge };
    const { z, sign, whole } = denominator(spread);
    const taken = outputsOf(spread, relevance);
    const s = b.div(taken, stabilised(b, z, stabiliser, sign, whole));
    if (absorption) noteAbsorbed(spread, { z, s, taken }, absorption);
    return passes.map((pass) => scaled(b, shareOf(spread, pass, s), (term.factor ?? 1) * (pass.factor ?? 1)));
  });
  return shares.length ? shares.reduce(b.add) : fail(`${layer.node.label}: the rule ${name} shares nothing out`);
}

interface Spread {
  readonly b: Builder;
  readonly layer: LinearLayer;
  readonly term: Term;
  readonly passes: readonly Pass[];
  readonly bias: WeightRule['bias'];
  readonly knowledge: Knowledge;
}

/** z', and what is known of its sign where relevance arrives; `whole` is z' also where none does. */
function denominator(spread: Spread): { z: Value; sign: Sign; whole?: Value } {
  const { b, layer, term, passes, bias, knowledge } = spread;
  const [only, ...others] = passes;
  if (only && others.length === 0 && isUnmodified(only) && bias === 'absorb' && knowledge.rectified) {
    return { z: knowledge.rectified, sign: 'positive', whole: layer.z };
  }
  const z = passes.map((pass) => scaled(b, product(spread, pass), pass.factor ?? 1)).reduce(b.add);
  if (!term.outputs) return { z, sign: term.sign };
  // Without the biases z' need not have the sign of the output.
  if (bias === 'ignore' && layer.bias) return { z, sign: 'any' };
  // Of the other sign are only neurons that the term does not take; zero for them, lest they divide by zero.
  return { z: (term.sign === 'positive' ? positive : negative)(b, z), sign: term.sign, whole: z };
}

const isUnmodified = ({ x, w, b }: Pass): boolean => x === whole && w === whole && b !== 'none';

/** W' x' + b'. What the model has computed already is not computed again. */
function product(spread: Spread, pass: Pass): Value {
  const { b, layer, bias } = spread;
  const own = layer.bias && pass.b !== 'none' && bias === 'absorb' ? pass.b(b, layer.bias) : undefined;
  if (pass.x === whole && pass.w === whole) {
    if (own || !layer.bias) return layer.z;
    return b.sub(layer.z, layer.bias);
  }
  return layer.apply(b, inputOf(spread, pass), pass.w(b, layer.weight), own);
}

/** The relevance of the neurons that a term takes. */
function outputsOf({ b, layer, term, knowledge }: Spread, relevance: Value): Value {
  if (!term.outputs || knowledge.rectified) return relevance;
  const { z } = layer;
  return b.mul(relevance, b.mask(term.outputs === 'positive' ? b.greater(z, 0) : b.less(z, 0), z));
}

/** x' W'^T s. */
function shareOf(spread: Spread, pass: Pass, s: Value): Value {
  const { b, layer } = spread;
  const share = layer.adjoint(b, s, pass.w(b, layer.weight));
  return pass.x === ones ? share : b.mul(inputOf(spread, pass), share);
}

function inputOf({ b, layer: { x, node }, knowledge }: Spread, { x: transform }: Pass): Value {
  if (typeof transform === 'function') {
    return transform === positive && knowledge.nonNegativeInput ? x : transform(b, x);
  }
  const { bound, values } = transform;
  const axes = (x.shape ?? []).map((_, axis) => axis);
  if (values === 'auto') {
    const extreme = b.reduce(bound === 'low' ? 'ReduceMin' : 'ReduceMax', x, axes.slice(1));
    return b.expandLike(extreme, x);
  }
  const isImage = axes.length > 2;
  const channels = x.shape?.[isImage ? 1 : axes.length - 1];
  if (values.length !== 1 && values.length !== channels) {
    fail(
      `${node.label}: ${bound} has ${values.length} numbers, and its input has ${channels} channels; give one number, or one per channel`,
    );
  }
  const shape = axes.map((axis) => ((isImage ? axis === 1 : axis === axes.length - 1) ? values.length : 1));
  const sizes = (x.shape ?? []).map((size, axis) => (axis === 0 && typeof size !== 'number' ? 1 : size));
  const box = b.reshape(b.constant(numbers(x.dtype ?? 'float32', values)), shape);
  return sizes.every((size) => typeof size === 'number')
    ? b.op('Expand', [box, b.ints(sizes as number[])])
    : b.expandLike(box, x);
}

const scaled = (b: Builder, value: Value, factor: number): Value =>
  factor === 1 ? value : factor === -1 ? b.neg(value) : b.mul(value, factor);

/** What biases and the stabiliser kept: b' s, and R - z' s where there was something to share out. */
function noteAbsorbed(
  { b, layer, term, passes, bias }: Spread,
  { z, s, taken }: { z: Value; s: Value; taken: Value },
  absorption: Absorption,
): void {
  const factor = term.factor ?? 1;
  for (const pass of passes) {
    if (bias === 'ignore' || !layer.bias || pass.b === 'none') continue;
    absorption.add('bias', scaled(b, b.mul(pass.b(b, layer.bias), s), factor * (pass.factor ?? 1)));
  }
  const kept = b.mul(b.sub(taken, b.mul(z, s)), b.sub(1, b.mask(b.equal(z, 0), z)));
  absorption.add('stabiliser', scaled(b, kept, factor));
}
