/** Makes a graph anew, node by node: what every pass over a graph stands on. */
import { Builder } from './builder.js';
import { Graph, type ModelDetails, type Node, type Value } from './graph.js';

export interface Rewriting {
  /** Yields what stands for the node's outputs, from its new inputs; `copy(node, inputs, b)` where nothing changes. */
  readonly node: (node: Node, inputs: readonly (Value | undefined)[], b: Builder) => readonly (Value | undefined)[];
  /** What stands for an input of the graph; itself by default. */
  readonly input?: (value: Value) => Value;
  readonly details?: Partial<ModelDetails>;
}

/** Rewrites all nodes in order. Outputs of the graph, and values that subgraphs use, keep their names. */
export function rewrite(graph: Graph, rewriting: Rewriting): Graph {
  const details = { ...graph.details, ...rewriting.details };
  const b = new Builder(details.opset, namesOf(graph));
  const renewed = new Map<Value, Value>();
  const kept = new Set([...graph.outputs, ...graph.nodes.flatMap((node) => node.captured)]);
  const renew = (value: Value): Value => renewed.get(value) ?? value;

  for (const value of graph.inputs) renewed.set(value, rewriting.input?.(value) ?? value);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((value) => value && renew(value));
    const captured = node.captured.map(renew);
    const results = rewriting.node(captured.length ? withCaptured(node, captured) : node, inputs, b);
    node.outputs.forEach((output, i) => {
      const result = results[i];
      if (!result) return;
      const mustRename = kept.has(output) && result.name !== output.name;
      renewed.set(
        output,
        mustRename
          ? b.op('Identity', [result], {}, { name: b.freshName(`${output.name}.alias`), outputs: [output.name] })
          : result,
      );
    });
  }
  return new Graph({ name: graph.name, inputs: graph.inputs.map(renew), outputs: graph.outputs.map(renew), details });
}

/** The node over other inputs, its shapes inferred again. */
export function copy(node: Node, inputs: readonly (Value | undefined)[], b: Builder): readonly Value[] {
  if (!node.captured.length && inputs.every((value, i) => value === node.inputs[i])) return node.outputs;
  return b.node(node.op, inputs, node.attributes, {
    domain: node.domain,
    name: node.name,
    outputs: node.outputs.map((output) => output.name),
    infos: node.outputs.map((output) => output.info),
    captured: node.captured,
    metadata: node.metadata,
  }).outputs;
}

/** Every name that a graph uses, for values and for nodes. */
export function namesOf(graph: Graph): Set<string> {
  const names = new Set(graph.values().map((value) => value.name));
  for (const node of graph.nodes) names.add(node.name);
  return names;
}

function withCaptured(node: Node, captured: readonly Value[]): Node {
  return Object.assign(Object.create(Object.getPrototypeOf(node)), node, { captured });
}
