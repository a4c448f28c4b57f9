/** Whether two models are one architecture with different weights: what data randomisation compares. */
import type { Graph } from '../../onnx/graph.js';

/** Undefined for the same; otherwise the first difference, in words that go on from "the other model". */
export function architectureDifference(graph: Graph, other: Graph): string | undefined {
  const [own, its] = [graph.nodes.map(({ op }) => op), other.nodes.map(({ op }) => op)];
  const at = own.findIndex((op, i) => op !== its[i]);
  if (at >= 0 || own.length !== its.length)
    return at >= 0
      ? `has ${its[at] ?? 'no node'} where this one has ${own[at]} (node ${at})`
      : `has ${its.length} nodes, this one ${own.length}`;
  const [weights, itsWeights] = [shapesOf(graph), shapesOf(other)];
  const shape = weights.findIndex((one, i) => one !== itsWeights[i]);
  return shape >= 0 ? `has weights [${itsWeights[shape] ?? ''}] where this one has [${weights[shape]}]` : undefined;
}

/** Shapes of the constants, in the order of the nodes that use them. */
const shapesOf = (graph: Graph): string[] =>
  graph.nodes.flatMap(({ inputs }) => inputs.flatMap((input) => (input?.tensor ? [input.tensor.shape.join(', ')] : [])));
