/** What a lowering is: an operator written out in simpler ones. */
import { fail } from '../../errors.js';
import type { Builder } from '../builder.js';
import type { ModelDetails, Node, Value } from '../graph.js';
import type { Make } from '../splice.js';

export interface Call {
  /** The node as it was: its attributes, and its label for messages. */
  readonly node: Node;
  /** What goes in, made anew. */
  readonly inputs: readonly (Value | undefined)[];
  /** The first input. */
  readonly x: Value;
  readonly b: Builder;
  /** Whether anything uses the n-th output. */
  readonly isUsed: (n: number) => boolean;
  /** What bodies inside the node take from around it. */
  readonly captured: readonly Value[];
  readonly details: ModelDetails;
  /** Makes the nodes of such a body, written out too. */
  readonly make: Make;
}

/** Yields what stands for the outputs; nothing where the node stays as it is. */
export type Lowering = (call: Call) => readonly (Value | undefined)[] | undefined;

/** By operator; those of other domains as "domain.Operator". */
export type Lowerings = Readonly<Record<string, Lowering>>;

/** An operator with one output. */
export const single =
  (write: (call: Call) => Value): Lowering =>
  (call) => [write(call)];

/** For what a node asks that only generating text needs. */
export function unsupported({ node }: Call, what: string): never {
  return fail(`${node.label}: ${what} is not read; export the model as it is used for whole inputs at once`);
}

export function rankOf(x: Value, { node }: Call): number {
  return x.rank ?? fail(`${node.label}: the rank of "${x.name}" is unknown; state the sizes of the inputs`);
}

/** Swaps the last two axes. */
export function swapped(x: Value, call: Call): Value {
  const rank = rankOf(x, call);
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return call.b.transpose(x, [...axes.slice(0, -2), rank - 1, rank - 2]);
}

/** The result under the name that the output had: names of tensors are how layers are asked for. */
export function named(result: Value, node: Node, n: number, b: Builder): Value {
  const name = node.outputs[n]?.name;
  const { producer } = result;
  if (!name || !producer || producer.outputs.length > 1 || !producer.name.startsWith('sightline/')) return result;
  return b.op(producer.op, producer.inputs, producer.attributes, {
    domain: producer.domain,
    name: n ? b.freshName(node.name) : node.name,
    outputs: [name],
    infos: [producer.output().info],
    metadata: producer.metadata,
  });
}
