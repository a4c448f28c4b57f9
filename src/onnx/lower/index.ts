/**
 * Operators that only ONNX Runtime has, or that stand for many, written out in plain ones: what explains a graph then needs no rules
 * for them. The result computes the same.
 */
import { UserError } from '../../errors.js';
import type { Graph, Node } from '../graph.js';
import { copy, rewrite } from '../rewrite.js';
import { activations } from './activations.js';
import { attentions } from './attention.js';
import { type Lowering, type Lowerings, named } from './lowering.js';
import { normalizations } from './normalization.js';
import { packed } from './packed.js';
import { products } from './products.js';
import { recurrents } from './recurrent.js';
import { rotary } from './rotary.js';

const lowerings: ReadonlyMap<string, Lowering> = new Map(
  Object.entries({
    ...activations,
    ...attentions,
    ...normalizations,
    ...packed,
    ...products,
    ...recurrents,
    ...rotary,
  } as Lowerings),
);

const lowerable = ({ domain, op }: Node): Lowering | undefined => lowerings.get(domain === '' ? op : `${domain}.${op}`);

/** Told of a node that a pass leaves as it is although it should not, and why; without it such a node is an error. */
export type Refusal = (node: Node, reason: UserError) => void;

/**
 * An equivalent graph without the operators in the table; shapes must have been inferred.
 * @throws UserError where an operator is used in a way that is not written out, such as with a cache
 */
export function lower(graph: Graph, refused?: Refusal): Graph {
  if (!graph.nodes.some(lowerable)) return graph;
  const used = new Set([...graph.outputs, ...graph.nodes.flatMap((node) => [...node.inputs, ...node.captured])]);
  return rewrite(graph, {
    node: (node, operands, b) => {
      const lowering = lowerable(node);
      const { inputs } = operands;
      const isUsed = (n: number) => !!node.outputs[n] && used.has(node.outputs[n]);
      const write = () => lowering?.({ node, inputs, x: inputs[0]!, b, isUsed });
      const results = b.within({ 'sightline.source': node.name }, () => orRefused(write, node, refused));
      return results?.map((result, i) => result && named(result, node, i, b)) ?? copy(node, operands, b);
    },
  });
}

function orRefused<T>(write: () => T, node: Node, refused: Refusal | undefined): T | undefined {
  try {
    return write();
  } catch (error) {
    if (!refused || !(error instanceof UserError)) throw error;
    refused(node, error);
    return undefined;
  }
}
