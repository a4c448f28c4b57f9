/** Makes a graph anew, node by node: what every pass over a graph stands on. */
import { Builder } from './builder.js';
import { Graph, type ModelDetails, type Node, type Value } from './graph.js';

/** What goes into a node, made anew. */
export interface Operands {
  readonly inputs: readonly (Value | undefined)[];
  readonly captured: readonly Value[];
}

export interface Rewriting {
  /** Yields what stands for the node's outputs; `copy(node, operands, b)` where nothing changes. */
  readonly node: (node: Node, operands: Operands, b: Builder) => readonly (Value | undefined)[];
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
    const operands = { inputs: node.inputs.map((value) => value && renew(value)), captured: node.captured.map(renew) };
    const results = rewriting.node(node, operands, b);
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

/** The same node over other operands, its shapes inferred again. */
export function copy(node: Node, { inputs, captured }: Operands, b: Builder): readonly Value[] {
  return b.node(node.op, inputs, node.attributes, {
    domain: node.domain,
    name: node.name,
    outputs: node.outputs.map((output) => output.name),
    infos: node.outputs.map((output) => output.info),
    captured,
    metadata: node.metadata,
  }).outputs;
}

/** Every name that a graph uses, for values and for nodes. */
export function namesOf(graph: Graph): Set<string> {
  const names = new Set(graph.values().map((value) => value.name));
  for (const node of graph.nodes) names.add(node.name);
  return names;
}
