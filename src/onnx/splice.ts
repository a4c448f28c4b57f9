/** Makes what a graph inside the model computes in the middle of the graph around it. */
import { fail } from '../errors.js';
import type { Builder } from './builder.js';
import { renameCaptured } from './codec/index.js';
import { type Attributes, type Graph, Node, Operation, type Value } from './graph.js';
import type { Operands } from './rewrite.js';

export type Results = readonly (Value | undefined)[];
export type Make = (node: Node, operands: Operands, b: Builder) => Results;

/** A model of some kilobytes can stand for more nodes than fit into memory. */
const LARGEST = 500_000;
const made = new WeakMap<Builder, number>();

/**
 * Makes the nodes of a body over the values that stand for its inputs. Names inside a body are only unique within it, so its nodes
 * get new ones where theirs are taken.
 * @param given what stands for the body's inputs; none where an optional one is not given
 * @returns what stands for the body's outputs
 */
export function splice(body: Graph, given: ReadonlyMap<Value, Value | undefined>, b: Builder, make: Make): Value[] {
  const count = (made.get(b) ?? 0) + body.nodes.length;
  if (count > LARGEST) fail(`the graphs inside the model stand for more than ${LARGEST} nodes`);
  made.set(b, count);
  const renewed = new Map<Value, Value | undefined>(given);
  for (const constant of body.constants) renewed.set(constant, b.constant(constant.tensor!, b.freshName(constant.name)));
  const renew = (value: Value): Value => renewed.get(value) ?? value;
  for (const inner of body.nodes) {
    const captured = inner.captured.map(renew);
    const names = new Map(inner.captured.map((value, i) => [value.name, captured[i]!.name]));
    const operands = {
      inputs: inner.inputs.map((value) => value && (renewed.has(value) ? renewed.get(value) : value)),
      captured,
    };
    const results = make(renamed(inner, names, captured, b), operands, b);
    for (const [k, output] of inner.outputs.entries()) if (results[k]) renewed.set(output, results[k]);
  }
  return body.outputs.map(renew);
}

function renamed(node: Node, names: ReadonlyMap<string, string>, captured: readonly Value[], b: Builder): Node {
  const attributes: Attributes = Object.fromEntries(
    Object.entries(node.attributes).map(([name, attribute]) => [
      name,
      typeof attribute === 'object' && 'graph' in attribute ? { graph: renameCaptured(attribute.graph, names) } : attribute,
    ]),
  );
  return new Node(new Operation(node.op, node.inputs, attributes, node.domain), {
    name: b.freshName(node.name),
    outputs: node.outputs.map(({ name, info }) => ({ name: name && b.freshName(name), info })),
    captured,
    metadata: node.metadata,
  });
}
