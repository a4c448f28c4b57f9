/** Brings a graph to the opset that explanations are written in: each node climbs version by version, along a table of steps. */
import type { Builder } from '../builder.js';
import { closeBody, openBody } from '../codec/index.js';
import {
  type Attribute,
  type Attributes,
  type Graph,
  type ModelDetails,
  type Node,
  Operation,
  operands,
  type Value,
} from '../graph.js';
import { inline } from '../inline.js';
import { copy, rewrite } from '../rewrite.js';
import { chooseOpset } from './opset.js';
import { Call } from './step.js';
import { steps } from './steps/index.js';

/**
 * An equivalent graph of another opset, the model's functions inlined. A model after opset 25 stays as it is.
 * @param target 17 to 23; by default the graph's own opset where that is 17 to 21, else the nearest of these. A model of opset 22 or
 *   later that has what only came then stays as it is.
 * @throws UserError if the model is of an opset before 6, if `target` cannot be reached, or at a node that has no equal
 */
export function upgrade(graph: Graph, target?: number): Graph {
  const whole = inline(graph, (older, opset) => climb(older, opset));
  return climb(whole, chooseOpset(whole, target));
}

function climb(graph: Graph, opset: number): Graph {
  const { details } = graph;
  if (opset === details.opset) return graph;
  const used = new Set([...graph.outputs, ...graph.nodes.flatMap(operands)]);
  return rewrite(graph, {
    details: { opset },
    node: (node, renewed, b) => {
      if (node.domain !== '') return copy(node, renewed, b);
      const attributes = withBodies(node, details, opset);
      const { label, outputs } = node;
      const taken = outputs.findLastIndex((output) => used.has(output)) + 1;
      const call = new Call(new Operation(node.op, renewed.inputs, attributes), { label, outputs: outputs.length, taken });
      const last = b.within({ 'sightline.source': node.name }, () => walk(call, details.opset, opset, b));
      return b.node(last.op, withoutTrailing(last.inputs), last.attributes, {
        name: node.name,
        outputs: outputs.slice(0, last.outputs).map(({ name }) => name),
        infos: outputs.map(({ info }) => info),
        captured: renewed.captured,
        metadata: node.metadata,
      }).outputs;
    },
  });
}

/** Takes every step between two versions; one may lead to another operator, whose steps come next. */
function walk(start: Call, from: number, to: number, b: Builder): Call {
  let call = start;
  for (let version = from + 1; version <= to; version++) {
    const step = steps[call.op]?.[version];
    if (!step) continue;
    const { op = call.op, inputs = call.inputs, attributes = {}, outputs = call.outputs } = step(call, b);
    const merged = op === call.op ? { ...call.attributes, ...attributes } : attributes;
    call = new Call(new Operation(op, inputs, defined(merged)), { ...call, outputs });
  }
  return call;
}

/** The bodies of an If, Loop or Scan climb too; they are of the opset of the whole model. */
function withBodies({ attributes, captured, outputs }: Node, details: ModelDetails, opset: number): Attributes {
  const entries = Object.entries(attributes).map(([name, attribute]): [string, Attribute] => {
    if (typeof attribute !== 'object' || !('graph' in attribute)) return [name, attribute];
    const body = openBody(attribute.graph, captured, details);
    return [name, { graph: closeBody(climb(body, opset), body, attribute.graph, `${outputs[0]!.name}/${name}`) }];
  });
  return Object.fromEntries(entries);
}

function defined(attributes: Readonly<Record<string, Attribute | undefined>>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter((entry): entry is [string, Attribute] => entry[1] !== undefined));
}

function withoutTrailing(inputs: readonly (Value | undefined)[]): readonly (Value | undefined)[] {
  return inputs.slice(0, inputs.findLastIndex((value) => value !== undefined) + 1);
}
