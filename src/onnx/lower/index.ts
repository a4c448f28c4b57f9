/**
 * Operators that only ONNX Runtime has, or that stand for many, written out in plain ones: what explains a graph then needs no rules
 * for them. The result computes the same.
 */
import { UserError } from '../../errors.js';
import type { Builder } from '../builder.js';
import type { Graph, Node, Value } from '../graph.js';
import { copy, type Operands, rewrite } from '../rewrite.js';
import type { Make, Results } from '../splice.js';
import { activations } from './activations.js';
import { attentions } from './attention.js';
import { bodies } from './bodies.js';
import { classical } from './classical.js';
import { groupedAttention } from './grouped.js';
import { guards } from './guards.js';
import { type Lowering, type Lowerings, named } from './lowering.js';
import { normalizations } from './normalization.js';
import { packed } from './packed.js';
import { products } from './products.js';
import { recurrents } from './recurrent.js';
import { rotary } from './rotary.js';
import { sequences } from './sequences.js';

const lowerings: ReadonlyMap<string, Lowering> = new Map(
  Object.entries({
    ...activations,
    ...attentions,
    ...bodies,
    ...classical,
    ...groupedAttention,
    ...guards,
    ...normalizations,
    ...packed,
    ...products,
    ...recurrents,
    ...rotary,
    ...sequences,
  } as Lowerings),
);

const lowerable = ({ domain, op }: Node): Lowering | undefined => lowerings.get(domain === '' ? op : `${domain}.${op}`);

const known = 'where the sequence is made of known elements';

/** Where an operator of the table is not written out always. */
const conditions: Readonly<Record<string, string>> = {
  RNN: 'up to 512 steps, a number that is known',
  GRU: 'up to 512 steps, a number that is known',
  LSTM: 'up to 512 steps, a number that is known',
  Scan: 'up to 256 steps, a number that is known',
  If: 'where both branches yield equal shapes, or its condition is known',
  Where: 'around a softmax whose rows may be hidden whole',
  SequenceAt: known,
  SequenceLength: known,
  ConcatFromSequence: known,
  OptionalGetElement: 'where the element is known',
  'ai.onnx.ml.LinearClassifier': 'with a row of coefficients for each class; its label is left to it',
  'ai.onnx.ml.Normalizer': 'by the norms L1 and L2',
  'com.microsoft.Attention': 'without a cache',
  'com.microsoft.MultiHeadAttention': 'without a cache',
  'com.microsoft.MatMulNBits': 'with constant weights of 4 or 8 bits',
  'com.microsoft.GroupQueryAttention': 'without a cache or a window',
};

/** The operators that are written out, and where. */
export const writtenOut: ReadonlyMap<string, string> = new Map(
  [...lowerings.keys()].map((operator) => [operator, conditions[operator] ?? 'always']),
);

/** Told of a node that a pass leaves as it is although it should not, and why; without it such a node is an error. */
export type Refusal = (node: Node, reason: UserError) => void;

/**
 * An equivalent graph without the operators in the table; shapes must have been inferred.
 * @throws UserError where an operator is used in a way that is not written out, such as with a cache
 */
export function lower(graph: Graph, refused?: Refusal): Graph {
  if (!graph.nodes.some(lowerable)) return graph;
  const used = new Set([...graph.outputs, ...graph.nodes.flatMap((node) => [...node.inputs, ...node.captured])]);
  const written = (node: Node, operands: Operands, b: Builder, uses: (value: Value) => boolean): Results => {
    const lowering = lowerable(node);
    const isUsed = (n: number) => !!node.outputs[n] && uses(node.outputs[n]);
    const call = { node, ...operands, x: operands.inputs[0]!, b, isUsed, details: graph.details, make };
    const results = b.within({ 'sightline.source': node.name }, () => orRefused(() => lowering?.(call), node, refused));
    return results?.map((result, i) => result && named(result, node, i, b)) ?? copy(node, operands, b);
  };
  const make: Make = (node, operands, b) => written(node, operands, b, () => true);
  return rewrite(graph, { node: (node, operands, b) => written(node, operands, b, (value) => used.has(value)) });
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
