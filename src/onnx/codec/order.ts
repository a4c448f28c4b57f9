/** Brings nodes into an order in which each comes after those that make what it takes; ONNX asks for it, and some files lack it. */
import type { NodeProto } from '../generated/onnx_pb.js';

/**
 * @param taken what a node takes by name, its subgraphs included
 * @returns the nodes, in the order they came where that will do; those on a cycle last
 */
export function inOrder(nodes: readonly NodeProto[], taken: (node: NodeProto) => readonly string[]): readonly NodeProto[] {
  const makers = new Map<string, number>();
  for (const [index, { output }] of nodes.entries()) for (const name of output) if (name) makers.set(name, index);
  const needs = nodes.map((node) => new Set(taken(node).flatMap((name) => makers.get(name) ?? [])));
  if (needs.every((each, index) => [...each].every((maker) => maker < index))) return nodes;

  const ordered: number[] = [];
  const state = new Uint8Array(nodes.length);
  for (const start of nodes.keys()) {
    const path = [start];
    while (path.length) {
      const index = path.at(-1)!;
      const missing = state[index] === 0 ? [...needs[index]!].filter((maker) => state[maker] === 0 && maker !== index) : [];
      if (state[index] === 0 && missing.length) {
        state[index] = 1;
        path.push(...missing);
        continue;
      }
      path.pop();
      if (state[index] !== 2) ordered.push(index);
      state[index] = 2;
    }
  }
  return ordered.map((index) => nodes[index]!);
}
