/**
 * What a relevance rule is. Rules for layers with weights are data: each propagates through the layer with modified input, weights
 * and bias, and shares relevance out in proportion. R_in = sum over terms of factor * sum over passes of x' * W'^T (R / z'), with
 * z' = sum over the term's passes of W' x' + b'. (Bach et al. 2015; the scheme covers every rule in use.)
 */
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { type Sign, type Stabiliser, usual } from './stabiliser.js';

/** What a pass does to a layer's input, weights or bias. */
export type Transform = (b: Builder, value: Value) => Value;

export const whole: Transform = (_, value) => value;
export const positive: Transform = (b, value) => b.relu(value);
export const negative: Transform = (b, value) => b.min(value, 0);
export const squared: Transform = (b, value) => b.square(value);
export const ones: Transform = (b, value) => b.op('Expand', [b.scalar(1, value.dtype), onesShape(b, value)]);

/** W + gamma W+ */
export const raised =
  (gamma: number): Transform =>
  (b, value) =>
    b.add(value, b.mul(positive(b, value), gamma));
/** W + gamma W- */
export const lowered =
  (gamma: number): Transform =>
  (b, value) =>
    b.add(value, b.mul(negative(b, value), gamma));

/** The same for every row: rows of ones need no batch of their own. */
function onesShape(b: Builder, value: Value): Value {
  const sizes = (value.shape ?? []).map((size, axis) => (axis === 0 && typeof size !== 'number' ? 1 : size));
  return sizes.every((size) => typeof size === 'number') ? b.ints(sizes as number[]) : b.shapeOf(value);
}

/** Bounds of what an input can be: one number, or one per channel; `auto` takes the input's own least and greatest value. */
export type Bound = readonly number[] | 'auto';

export interface Pass {
  readonly x: Transform | { readonly bound: 'low' | 'high'; readonly values: Bound };
  readonly w: Transform;
  readonly b: Transform | 'none';
  /** Of this pass in z' and in R_in; 1 by default. */
  readonly factor?: number;
}

export interface Term {
  readonly passes: readonly Pass[];
  readonly factor?: number;
  /** The sign of z', whatever the numbers are. */
  readonly sign: Sign;
  /** The term takes only neurons whose unmodified output has this sign. */
  readonly outputs?: 'positive' | 'negative';
}

/** A rule for layers with weights. */
export interface WeightRule {
  readonly kind: 'weights';
  readonly name: string;
  /** The name with the parameters that were given. */
  readonly label?: string;
  readonly terms: readonly Term[];
  readonly stabiliser: Stabiliser;
  /** Whether biases take part in z' and so absorb relevance. */
  readonly bias: 'absorb' | 'ignore';
}

/** How relevance passes what has no weights. */
export interface RouteRule {
  readonly kind: 'route';
  readonly name: 'gradient' | 'pass' | 'norm' | 'uniform' | 'signal' | 'average';
  readonly label?: string;
  readonly stabiliser: Stabiliser;
}

export type RelevanceRule = WeightRule | RouteRule;

export interface Numerics {
  readonly stabiliser?: Stabiliser;
  readonly bias?: 'absorb' | 'ignore';
}

export const weightRule = (
  name: string,
  terms: readonly Term[],
  { stabiliser = usual, bias = 'absorb' }: Numerics = {},
): WeightRule => ({
  kind: 'weights',
  name,
  terms,
  stabiliser,
  bias,
});

export const routeRule = (name: RouteRule['name'], { stabiliser = usual }: Numerics = {}): RouteRule => ({
  kind: 'route',
  name,
  stabiliser,
});
