/**
 * First, second and third derivatives of a score in every single element of a layer, exactly.
 *
 * A network's Hessian has as many rows as the layer has elements. But where a smooth head stands behind a pooling, elements act
 * through the pooled features v alone, each through one of them: v_k = sum of c_e s(A_e) over the channel's places. The derivatives
 * of the head f in each v_k take one copy of the head for each k, walked back three times along k; the chain rule does the rest.
 */
import { gradient as table } from '../autodiff/gradient/index.js';
import { propagate } from '../autodiff/propagate.js';
import { noGradient } from '../autodiff/rule.js';
import { fail, UserError } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { ints } from '../onnx/tensor.js';
import { elementCount } from '../tensor/tensor.js';
import { bottleneckOf, sideInputs } from './bottleneck.js';
import { oneHot } from './selection.js';
import { substitute } from './substitute.js';

/** d S / dA_e, d² S / dA_e², d³ S / dA_e³, each of the layer's shape. */
export interface Derivatives {
  readonly first: Value;
  readonly second: Value;
  readonly third: Value;
}

export interface Head {
  readonly b: Builder;
  /** [N, C, h, w] */
  readonly layer: Value;
  /** [N, K] */
  readonly logits: Value;
  /** One-hot rows, [N, K]. */
  readonly chosen: Value;
  /** What is differentiated, [N]. */
  readonly scoreOf: (logits: Value, chosen: Value) => Value;
}

/** The most copies of the head that are run at once: 4096 of 4096 features take 64 MB a value. */
const MOST_COPIES = 4096;

/** @throws UserError where too many features lie between the layer and the scores */
export function elementDerivatives(head: Head): Derivatives {
  const { b, layer } = head;
  const features = bottleneckOf(layer, head.logits);
  const count = elementCount((features.shape?.slice(1) ?? []).map((size) => (typeof size === 'number' ? size : Number.NaN)));
  if (!(count <= MOST_COPIES))
    fail(
      `exact derivatives take one run of the head for each of its features, and behind "${layer.name}" there are ${Number.isNaN(count) ? 'an unknown number' : count} (at most ${MOST_COPIES}): choose the last layer before a pooling, or derivatives=closed-form`,
    );
  const f = featureDerivatives(head, features, count);
  if (features === layer) return f;
  const [one, two, three] = [f.first, f.second, f.third].map((weights) => chain(b, layer, features, weights));
  const own = chain(b, layer, features, b.expandLike(b.scalar(1, features.dtype), features));
  return {
    first: one!.first,
    second: b.add(b.mul(two!.first, own.first), one!.second),
    third: [b.mul(three!.first, b.square(own.first)), b.mul(b.mul(two!.first, own.second), 3), one!.third].reduce(b.add),
  };
}

/** Derivatives of the head in each feature, of the features' shape. */
function featureDerivatives({ b, logits, chosen, scoreOf }: Head, features: Value, count: number): Derivatives {
  const sizes = features.shape!.slice(1) as number[];
  const all = b.constant(ints(Array.from({ length: count }, (_, k) => k)));
  const copies = copiesOf(b, features, count);
  const units = b.reshape(oneHot(b, all, count), [1, count, ...sizes]);
  const direction = asRows(b, b.cast(b.expandLike(units, copies), features.dtype!));
  const at = asRows(b, copies);
  const others = sideInputs(features, logits).map((value) => [value, asRows(b, copiesOf(b, value, count))] as const);
  const scores = onCopies(b, logits, features, new Map([[features, at], ...others]));
  const score = scoreOf(scores, asRows(b, copiesOf(b, chosen, count)));
  const along = (of: Value, seed: Value) => propagate(b, { seeds: seeds(b, of, seed, at), sources: [at], table })[0]!;
  const first = along(score, b.expandLike(b.scalar(1, score.dtype), score));
  const second = along(first, direction);
  const third = along(second, direction);
  const diagonal = (rows: Value) => {
    const axes = sizes.map((_, i) => i + 1);
    return b.reshape(b.reduceSum(b.mul(rows, direction), axes, false), [-1, ...sizes]);
  };
  return { first: diagonal(first), second: diagonal(second), third: diagonal(third) };
}

/** The scores of copies of the features. @throws UserError where the head is written for a batch of one size */
function onCopies(b: Builder, logits: Value, features: Value, replaced: ReadonlyMap<Value, Value>): Value {
  try {
    const scores = substitute(b, { ends: [logits], replaced })(logits);
    if (typeof features.shape![0] === 'string' || scores.shape?.[0] === replaced.get(features)!.shape![0]) return scores;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  return fail(
    `exact derivatives run what is behind the layer on many copies at once, and this model takes ${features.shape![0]} row at a time: export it with an open batch size, or use derivatives=closed-form`,
  );
}

/** Each row `count` times, [N, count, ...]. */
function copiesOf(b: Builder, value: Value, count: number): Value {
  const rest = value.shape!.slice(1).map(() => 1);
  return b.op('Expand', [b.unsqueeze(value, [1]), b.ints([1, count, ...rest])]);
}

const asRows = (b: Builder, copies: Value): Value => b.reshape(copies, [-1, ...(copies.shape!.slice(2) as number[])]);

/** Zeros flow into the source itself, so that something arrives where nothing depends on it. */
const seeds = (b: Builder, of: Value, seed: Value, source: Value) =>
  new Map([
    [source, b.zerosLike(source)],
    [of, seed],
  ]);

/**
 * Derivatives of the sum of weights times features in each element of the layer. The weights stand behind an Identity, where the walk
 * stops: they are constants here.
 */
function chain(b: Builder, layer: Value, features: Value, weights: Value): Derivatives {
  const throughConstants = { ...table, Identity: noGradient };
  const along = (of: Value, seed: Value) =>
    propagate(b, { seeds: seeds(b, of, seed, layer), sources: [layer], table: throughConstants })[0]!;
  const ones = b.expandLike(b.scalar(1, layer.dtype), layer);
  const first = along(features, b.op('Identity', [weights]));
  const second = along(first, ones);
  return { first, second, third: along(second, ones) };
}
