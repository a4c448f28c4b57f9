/**
 * Quantised models as float graphs that follow the integer ones: every integer tensor becomes the whole number of steps that its
 * integers are from zero, rounded and clipped where the integers are. Weights stay the integers they are, turned into floats by nodes
 * over them.
 */

import type { Builder } from '../builder.js';
import type { Graph, Node, Value } from '../graph.js';
import { operands as operandsOf } from '../graph.js';
import { named } from '../lower/lowering.js';
import { copy, rewrite } from '../rewrite.js';
import { type Code, realOf, sameZero, stepsOf } from './code.js';
import { linear } from './linear.js';
import { movement } from './movement.js';
import { operators } from './operators.js';
import { products } from './products.js';
import type { Followed, QuantizedRule, Step } from './step.js';

const keyOf = ({ domain, op }: Node): string => (domain === '' ? op : `${domain}.${op}`);
const rules: ReadonlyMap<string, QuantizedRule> = new Map(Object.entries({ ...linear, ...movement, ...operators, ...products }));
/** What only a quantised model has. */
const telling: ReadonlySet<string> = new Set(
  Object.keys({ ...linear, ...operators, ...products }).filter((key) => key !== 'Cast'),
);

/** Whether a graph computes with integers that stand for real numbers. */
export const isQuantized = (graph: Graph): boolean => graph.nodes.some((node) => telling.has(keyOf(node)));

/** The float graph that follows a quantised one. Shapes must have been inferred. An output of integers becomes one of floats. */
export function dequantize(graph: Graph): Graph {
  if (!isQuantized(graph)) return graph;
  const followed = new Map<Value, Code>();
  const constants = constantValues(graph);
  const outputs = new Set(graph.outputs);
  const captured = new Set(graph.nodes.flatMap((node) => node.captured));
  return rewrite(graph, {
    node: (node, { inputs, captured: around }, b) => {
      const plain = () =>
        copy(node, { inputs: inputs.map((value) => value && materialised(b, value, followed)), captured: around }, b);
      const rule = node.outputs.some((output) => captured.has(output)) ? undefined : rules.get(keyOf(node));
      const outcomes = b.within({ 'sightline.source': node.name }, () =>
        rule?.(stepOf(node, inputs, b, { followed, isConstant: (index) => constants.has(node.inputs[index]!) })),
      );
      if (!outcomes) return plain();
      return outcomes.map((outcome, i) => {
        if (!outcome) return undefined;
        // Steps that are taken for real numbers are another value than the steps that stand for integers.
        if (!('steps' in outcome)) return followed.has(outcome) ? again(b, outcome, node, i) : named(outcome, node, i, b);
        const { steps, code } = outputs.has(node.outputs[i]!) ? fromZero(b, outcome) : outcome;
        const value = follower(steps, node, i, b);
        followed.set(value, code);
        return value;
      });
    },
  });
}

/** Outputs of the graph are the integers as floats. */
const fromZero = (b: Builder, { steps, code }: Followed): Followed => ({
  steps: integersOf(b, steps, code),
  code: { ...code, zero: undefined },
});

/** A value of its own for each integer tensor, under its name: one and the same number may be quantised in two ways. */
function follower(steps: Value, node: Node, n: number, b: Builder): Value {
  const value = named(steps, node, n, b);
  return value.name === node.outputs[n]!.name ? value : again(b, value, node, n);
}

const again = (b: Builder, value: Value, node: Node, n: number): Value =>
  b.op('Identity', [value], {}, { outputs: [node.outputs[n]!.name] });

function stepOf(
  node: Node,
  inputs: readonly (Value | undefined)[],
  b: Builder,
  { followed, isConstant }: { followed: ReadonlyMap<Value, Code>; isConstant: Step['isConstant'] },
): Step {
  const codeAt = (index: number, given: Partial<Code>): Code => ({
    scale: inputs[index + 1] ?? b.scalar(1),
    zero: inputs[index + 2],
    dtype: 'uint8',
    ...given,
  });
  const steps: Step['steps'] = (index, given = {}) => {
    const value = inputs[index]!;
    const code = codeAt(index, given);
    const known = followed.get(value);
    if (!known) return stepsOf(b, value, code);
    return sameZero(known, code) ? value : stepsOf(b, integersOf(b, value, known), code);
  };
  const real: Step['real'] = (index, given = {}) => realOf(b, steps(index, given), codeAt(index, given));
  return { node, inputs, b, steps, real, isConstant, codeOf: (value) => value && followed.get(value) };
}

/** Integers as floats, of steps. */
function integersOf(b: Builder, steps: Value, { zero }: Code): Value {
  return zero ? b.add(steps, b.cast(zero, steps.dtype ?? 'float32')) : steps;
}

/** The integers themselves, for what has no rule. */
function materialised(b: Builder, value: Value, followed: ReadonlyMap<Value, Code>): Value {
  const code = followed.get(value);
  return code ? b.cast(integersOf(b, value, code), code.dtype) : value;
}

/** Values that depend on no input of the graph. */
function constantValues(graph: Graph): Set<Value> {
  const constants = new Set<Value>(graph.constants);
  for (const node of graph.nodes) {
    if (operandsOf(node).every((value) => constants.has(value))) for (const output of node.outputs) constants.add(output);
  }
  return constants;
}
