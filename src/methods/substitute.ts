/** Computes a part of a graph again with other values in place of some: what depends on them is made anew, the rest is shared. */
import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import { type Node, operands, reachable, type Value } from '../onnx/graph.js';

export interface Substitution {
  /** What is computed. */
  readonly ends: readonly Value[];
  /** What stands for what. */
  readonly replaced: ReadonlyMap<Value, Value>;
  /** Makes a node in another way; where it yields nothing, the node is copied. */
  readonly remake?: (node: Node, inputs: readonly (Value | undefined)[], b: Builder) => readonly Value[] | undefined;
}

/** Yields, for each value, what stands for it now. */
export function substitute(b: Builder, { ends, replaced, remake }: Substitution): (value: Value) => Value {
  const renewed = new Map(replaced);
  const renew = (value: Value): Value => renewed.get(value) ?? value;
  for (const node of reachable(ends).nodes) {
    if (node.outputs.every((output) => replaced.has(output))) continue;
    const inputs = node.inputs.map((value) => value && renew(value));
    const remade = remake?.(node, inputs, b);
    if (!remade && !operands(node).some((value) => renewed.has(value))) continue;
    const outputs = remade ?? copied(node, inputs, b, renew);
    node.outputs.forEach((output, i) => {
      if (!replaced.has(output)) renewed.set(output, outputs[i] ?? fail(`${node.label} cannot be computed again`));
    });
  }
  return renew;
}

function copied(
  node: Node,
  inputs: readonly (Value | undefined)[],
  b: Builder,
  renew: (value: Value) => Value,
): readonly Value[] {
  // A subgraph takes values from around it by their names, which a copy does not have.
  if (node.captured.some((value) => renew(value) !== value)) fail(`${node.label} has a subgraph, and cannot be computed twice`);
  return b.node(node.op, inputs, node.attributes, {
    domain: node.domain,
    infos: node.outputs.map((output) => output.info),
    captured: node.captured,
    metadata: { ...node.metadata, 'sightline.source': node.name },
    outputs: node.outputs.length,
  }).outputs;
}
