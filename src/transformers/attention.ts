/** Finds attention by its shape: a softmax over the last axis, multiplied with values that depend on the image. */
import type { Builder } from '../onnx/builder.js';
import type { Dim, Node, Value } from '../onnx/graph.js';
import { exactQuotient } from '../onnx/infer/dims.js';
import { carrier, type Flow } from './flow.js';

export interface Attention {
  /** The weights that the values are multiplied with, rows that add up to 1: [N, H, queries, keys] or [N H, queries, keys]. */
  readonly probabilities: Value;
  /** The product of weights and values. */
  readonly product: Node;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
}

/** All attentions whose sizes are known, in order. */
export function attentionsIn(flow: Flow, batch: Dim): Attention[] {
  return flow.nodes.flatMap((product) => {
    const probabilities = weightsOf(flow, product);
    const sizes = probabilities && sizesOf(probabilities, batch);
    return sizes ? [{ probabilities, product, ...sizes }] : [];
  });
}

/** A value of the shape of the probabilities, as [N, H, queries, keys]. */
export function byHead(b: Builder, { heads, queries, keys }: Attention, value: Value): Value {
  return value.rank === 4 ? value : b.reshape(value, [-1, heads, queries, keys]);
}

/** What an attention takes its values from: the normalised tokens, or the stream where they are not. */
export function attentionInput(flow: Flow, { product, probabilities }: Attention): Value {
  let value = product.inputs.find((input) => input !== probabilities)!;
  while (value.producer && value.producer.op !== 'LayerNormalization') {
    const before = carrier(flow, value.producer);
    if (!before) break;
    value = before;
  }
  return value;
}

/** The operand of a product that is a softmax; the other must depend on the image, or it is a layer with weights. */
function weightsOf(flow: Flow, product: Node): Value | undefined {
  if (product.op !== 'MatMul' && product.op !== 'Einsum') return undefined;
  const [left, right] = product.inputs;
  if (product.inputs.length !== 2 || !flow.carries(left) || !flow.carries(right)) return undefined;
  if (isSoftmax(flow, left)) return left;
  return product.op === 'Einsum' && isSoftmax(flow, right) ? right : undefined;
}

/** What may lie between softmax and product: casts, guards against rows without a key, heads and batch in one axis. */
const between = new Set(['Cast', 'Identity', 'Dropout', 'Where', 'Reshape', 'Squeeze', 'Unsqueeze']);

function isSoftmax(flow: Flow, value: Value): boolean {
  const last = value.shape?.at(-1);
  let current: Value | undefined = value;
  while (current?.producer && between.has(current.producer.op)) current = carrier(flow, current.producer);
  return current !== undefined && current.shape?.at(-1) === last && (overLastAxis(current) || isWrittenOut(current));
}

function overLastAxis({ producer, rank = 0 }: Value): boolean {
  const axis = producer?.op === 'Softmax' ? producer.int('axis', -1) : Number.NaN;
  return axis === -1 || axis === rank - 1;
}

/** exp(x) / sum(exp(x)), as exporters write it that have no softmax. */
function isWrittenOut({ producer }: Value): boolean {
  const [exponentials, sum] = producer?.op === 'Div' ? producer.inputs : [];
  return exponentials?.producer?.op === 'Exp' && sum?.producer?.op === 'ReduceSum' && sum.producer.inputs[0] === exponentials;
}

/** Windows count as a part of the batch, and do not fit: their tokens are not those of the image. */
function sizesOf({ shape = [] }: Value, batch: Dim): Pick<Attention, 'heads' | 'queries' | 'keys'> | undefined {
  const [queries, keys] = shape.slice(-2);
  const heads =
    shape.length === 4 && shape[0] === batch ? shape[1] : shape.length === 3 ? exactQuotient(shape[0]!, batch) : undefined;
  return [heads, queries, keys].every((size) => typeof size === 'number')
    ? { heads: heads as number, queries: queries as number, keys: keys as number }
    : undefined;
}
