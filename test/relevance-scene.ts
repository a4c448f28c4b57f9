/** Builds small networks, walks relevance through them, and runs the result: what tests of relevance stand on. */
import type { Composite, Entry } from '../src/autodiff/relevance/composite.js';
import { type RelevanceOptions, relevance } from '../src/autodiff/relevance/relevance.js';
import { Builder } from '../src/onnx/builder.js';
import type { Value } from '../src/onnx/graph.js';
import { floats } from '../src/onnx/tensor.js';
import type { NdArray } from '../src/tensor/tensor.js';
import { arrayOf, graphOf, runOnce } from './finite-differences.js';

/** A network y = f(x) under construction. */
export type Network = (b: Builder, x: Value) => Value;

export interface RelevanceCase {
  readonly shape: readonly number[];
  readonly input: readonly number[];
  readonly network: Network;
  readonly composite: Composite | readonly Entry[];
  /** Relevance at the output, or what it is made of the output. */
  readonly seed: readonly number[] | ((b: Builder, y: Value) => Value);
  readonly options?: Partial<Pick<RelevanceOptions, 'batchNorm' | 'prune' | 'seedsVanish'>>;
  /** Further values whose relevance is asked for. */
  readonly also?: (y: Value) => readonly Value[];
  readonly optimization?: 'disabled' | 'all';
}

export interface RelevanceResult {
  readonly relevance: number[];
  readonly also: number[][];
  readonly output: number[];
  /** Operators of the whole explainer. */
  readonly operators: string[];
}

export async function runRelevance(given: RelevanceCase): Promise<RelevanceResult> {
  const { shape, input, network, composite, seed, options, also, optimization = 'all' } = given;
  const b = new Builder(17);
  const x = b.input('x', 'float32', shape);
  const y = network(b, x);
  const feeds: Record<string, NdArray> = { x: arrayOf('float32', input, shape) };
  const more: Value[] = [];
  let start: Value;
  if (typeof seed === 'function') start = seed(b, y);
  else {
    start = b.input('seed', 'float32', y.shape!);
    more.push(start);
    feeds.seed = arrayOf('float32', seed, y.shape as number[]);
  }
  const sources = [x, ...(also?.(y) ?? [])];
  const { values } = relevance(b, {
    composite: 'name' in composite ? composite : { name: 'test', entries: composite },
    seeds: new Map([[y, start]]),
    sources,
    ...options,
  });
  const graph = graphOf(
    { b, inputs: [x], outputs: [y] },
    [y, ...values.map((value, i) => b.named(`relevance${i}`, value))],
    more,
  );
  const [output, ...relevances] = await runOnce(graph, feeds, optimization);
  return {
    output: output!.values,
    relevance: relevances[0]!.values,
    also: relevances.slice(1).map(({ values: numbers }) => numbers),
    operators: graph.nodes.map(({ op }) => op),
  };
}

/** A constant from nested lists. */
export function tensor(b: Builder, values: readonly number[] | NestedList, shape?: readonly number[]): Value {
  const flat = (values as readonly unknown[]).flat(Number.POSITIVE_INFINITY) as number[];
  return b.constant(floats(flat, shape ?? shapeOf(values)));
}

export interface NestedList extends ReadonlyArray<number | NestedList> {}

function shapeOf(values: unknown): number[] {
  return Array.isArray(values) ? [values.length, ...shapeOf(values[0])] : [];
}

export const flatten = (values: NestedList): number[] =>
  (values as readonly unknown[]).flat(Number.POSITIVE_INFINITY) as number[];

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
