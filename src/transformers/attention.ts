/** Finds attention by its shape: a softmax over the last axis, multiplied with values that depend on the image. */
import { type Builder, sameShape } from '../onnx/builder.js';
import type { Dim, Node, Value } from '../onnx/graph.js';
import { exactQuotient } from '../onnx/infer/dims.js';
import { carrier, type Flow } from './flow.js';

export interface Attention {
  /**
   * The weights that the values are multiplied with, [N, H, queries, keys] or [N H, queries, keys]. Rows add up to 1, but where the
   * model mixes heads behind its softmax.
   */
  readonly probabilities: Value;
  /** The softmax, or what stands for it, that the weights come from. */
  readonly softmax: Value;
  /** The product of weights and values. */
  readonly product: Node;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
}

/** All attentions whose sizes are known, in order. */
export function attentionsIn(flow: Flow, batch: Dim): Attention[] {
  return flow.nodes.flatMap((product) => {
    const weights = weightsOf(flow, product);
    const sizes = weights && sizesOf(weights.probabilities, batch);
    return sizes ? [{ ...weights, product, ...sizes }] : [];
  });
}

/** How many products with something made of a softmax there are, of whatever sizes and in whatever way. */
export function attentionCount(flow: Flow): number {
  const isProduct = ({ op, inputs }: Node) =>
    (op === 'MatMul' || op === 'Einsum') && inputs.length === 2 && inputs.every(flow.carries);
  return flow.nodes.filter(
    (node) => isProduct(node) && (weightsOf(flow, node) || node.inputs.some((input) => isMadeOfSoftmax(flow, input!))),
  ).length;
}

/** What ends the way back to a softmax: layers with weights, products and norms. */
const layers = new Set(['MatMul', 'Gemm', 'Einsum', 'Conv', 'LayerNormalization']);

/** Whether a softmax went into a value element by element, as where it is blended with weights of positions. */
function isMadeOfSoftmax(flow: Flow, value: Value): boolean {
  const pending = [value];
  for (const current of pending) {
    const { producer } = current;
    if (overLastAxis(current)) return true;
    if (!producer || layers.has(producer.op)) continue;
    for (const input of producer.inputs) if (flow.carries(input) && !pending.includes(input)) pending.push(input);
  }
  return false;
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
function weightsOf(flow: Flow, product: Node): Pick<Attention, 'probabilities' | 'softmax'> | undefined {
  if (product.op !== 'MatMul' && product.op !== 'Einsum') return undefined;
  const [left, right] = product.inputs;
  if (product.inputs.length !== 2 || !flow.carries(left) || !flow.carries(right)) return undefined;
  for (const probabilities of product.op === 'Einsum' ? [left, right] : [left]) {
    const softmax = softmaxBehind(flow, probabilities) ?? mixedSoftmax(flow, probabilities);
    if (softmax) return { probabilities, softmax };
  }
  return undefined;
}

/** What may lie between softmax and product: casts, guards against rows without a key, heads and batch in one axis. */
const between = new Set(['Cast', 'Identity', 'Dropout', 'Where', 'Mul', 'Reshape', 'Squeeze', 'Unsqueeze']);

/** What mixes heads: a layer with weights over their axis. */
const mixing = new Set([...between, 'Transpose', 'MatMul', 'Add']);

function softmaxBehind(flow: Flow, value: Value, passed = between): Value | undefined {
  let current: Value | undefined = value;
  while (current?.producer && passed.has(current.producer.op)) current = carrier(flow, current.producer);
  const isSoftmax = current && current.shape?.at(-1) === value.shape?.at(-1) && (overLastAxis(current) || isWrittenOut(current));
  return isSoftmax ? current : undefined;
}

/** Heads that talk to each other, as in CaiT. Their weights have the shape of the softmax: [N, H, queries, keys]. */
function mixedSoftmax(flow: Flow, value: Value): Value | undefined {
  const softmax = value.rank === 4 ? softmaxBehind(flow, value, mixing) : undefined;
  return softmax && sameShape(softmax.shape, value.shape) ? softmax : undefined;
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
