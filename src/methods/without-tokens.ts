/** A model from which some tokens are taken: none of the others attends to them, and no mean over tokens counts them. */
import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import type { Node, Value } from '../onnx/graph.js';
import { numbersOf } from '../onnx/infer/content.js';
import { type Attention, byHead } from '../transformers/attention.js';
import type { Tokens } from '../transformers/tokens.js';
import { allBlocks, type Transformer } from '../transformers/transformer.js';
import { substitute } from './substitute.js';

/** Far below all scores, and within float16: what softmax makes of it is exactly zero. */
const HIDDEN = -3e4;

/**
 * A value behind the tokens, computed again as of a sequence without those that are not seen. They are still computed, but nothing reads them.
 * @param seen 1 for tokens that are there, else 0: [N, tokens]
 * @throws UserError where tokens meet in another way than by attention or a mean, so that they cannot be left out
 */
export function withoutTokens(b: Builder, transformer: Transformer, value: Value, seen: Value): Value {
  const { pool, tokens } = transformer;
  const attentions = [...allBlocks(transformer), ...(pool ? [pool] : [])];
  const means = meansOverTokens(transformer, attentions);
  const weighing = new Map(attentions.map((attention) => [weighingNode(attention), attention]));
  const products = new Map(attentions.map((attention) => [attention.product, attention]));
  const remake = (node: Node, inputs: readonly (Value | undefined)[]) => {
    const [softmax, product] = [weighing.get(node), products.get(node)];
    if (softmax) return [weighingSeen(b, node, inputs[0]!, softmax, keysSeen(b, seen, softmax, tokens))];
    if (product && product.softmax !== product.probabilities)
      return [productOfSeen(b, node, inputs as Value[], product, keysSeen(b, seen, product, tokens))];
    return means.has(node) ? [meanOfSeen(b, node, inputs[0]!, seen, tokens)] : undefined;
  };
  return substitute(b, { ends: [value], replaced: new Map(), remake })(value);
}

/** The softmax itself; of one that is written out, its exponential. */
function weighingNode({ softmax }: Attention): Node {
  const { producer } = softmax;
  return producer!.op === 'Softmax' ? producer! : producer!.inputs[0]!.producer!;
}

/** [N, 1, 1, keys]: a class token that joins the patches late stands before them, and is seen. */
function keysSeen(b: Builder, seen: Value, { keys }: Attention, { count }: Tokens): Value {
  const more = keys - count;
  return b.unsqueeze(more > 0 ? b.pad(seen, [0, more, 0, 0], 1) : seen, [1, 2]);
}

function weighingSeen(b: Builder, { op, attributes }: Node, x: Value, attention: Attention, seen: Value): Value {
  const scores = byHead(b, attention, x);
  const known = b.cast(seen, x.dtype ?? 'float32');
  const hidden = op === 'Softmax' ? b.add(scores, b.mul(b.sub(1, known), HIDDEN)) : b.mul(b.exp(scores), known);
  const masked = b.reshapeLike(hidden, x);
  return op === 'Softmax' ? b.op('Softmax', [masked], attributes) : masked;
}

/** Where heads are mixed behind the softmax, the mixture may give weight to tokens that have none. */
function productOfSeen(b: Builder, node: Node, inputs: readonly Value[], attention: Attention, seen: Value): Value {
  const masked = inputs.map((input, i) =>
    node.inputs[i] === attention.probabilities
      ? b.reshapeLike(b.mul(byHead(b, attention, input), b.cast(seen, input.dtype ?? 'float32')), input)
      : input,
  );
  return b.op(node.op, masked, node.attributes);
}

/** The mean of the tokens that are seen: of all, or of those from some place on. */
function meanOfSeen(b: Builder, node: Node, x: Value, seen: Value, { count, first, grid }: Tokens): Value {
  const axis = axisOf(node)!;
  const size = node.inputs[0]!.shape![axis] as number;
  const start = size === grid[0] * grid[1] ? first : count - size;
  const part = size === count ? seen : b.slice(seen, { starts: [start], ends: [start + size], axes: [1] });
  // [N, T, 1], [T, N, 1] or [N, 1, T].
  const weights = axis === 0 ? b.unsqueeze(b.transpose(part, [1, 0]), [2]) : b.unsqueeze(part, [axis === 1 ? 2 : 1]);
  const keepDims = node.op === 'GlobalAveragePool' || node.int('keepdims', 1) === 1;
  const known = b.cast(weights, x.dtype ?? 'float32');
  return b.div(b.reduceSum(b.mul(x, known), [axis], keepDims), b.reduceSum(known, [axis], keepDims));
}

const spatial = /^(Conv|ConvTranspose|MaxPool|AveragePool|Global\w*Pool)$/;

/** The nodes that take means over tokens. @throws UserError for other ways in which tokens meet behind the first attention */
function meansOverTokens({ flow, tokens, pool, hasClassToken }: Transformer, attentions: readonly Attention[]): Set<Node> {
  const means = new Set<Node>();
  for (const node of flow.nodes) {
    if (node.age <= attentions[0]!.product.age) continue;
    const axis = axisOf(node);
    const size = axis === undefined ? undefined : node.inputs[0]?.shape?.[axis];
    const isOverTokens = typeof size === 'number' && size >= tokens.grid[0] * tokens.grid[1] && size <= tokens.count;
    const isMean = node.op === 'ReduceMean' || node.op === 'GlobalAveragePool';
    if (isOverTokens && isMean) means.add(node);
    else if (isOverTokens || mixesPlaces(node)) fail(`${cannot}: they meet in ${node.label}`);
  }
  if (means.size === 0 && !pool && !hasClassToken) fail(`${cannot}: what reads them is no mean`);
  return means;
}

const cannot = 'transformer-occlusion cannot leave tokens out of this model (mode=mean or mode=zero replaces what they hold)';

/** The axis that a node reduces, where it is one of tokens: of [N, T, d] the second, of [T, N, d] the first, of [N, d, T] the last. */
function axisOf(node: Node): number | undefined {
  const x = node.inputs[0];
  if (x?.rank !== 3) return undefined;
  if (/^Global\w*Pool$/.test(node.op)) return 2;
  if (!node.op.startsWith('Reduce')) return undefined;
  const axes = node.has('axes') ? node.ints('axes') : numbersOf(node.inputs[1]);
  const axis = axes?.length === 1 ? (axes[0]! + 3) % 3 : undefined;
  // A reduction that keeps the last axis is a norm over the width: it goes back to what it came from.
  return axis === 2 && node.int('keepdims', 1) === 1 ? undefined : axis;
}

function mixesPlaces(node: Node): boolean {
  const [x, weight] = node.inputs;
  if (spatial.test(node.op)) return !(node.op === 'Conv' && weight?.shape?.slice(2).every((size) => size === 1));
  const tokensAndWidth = x?.rank === 3 && node.output().rank === 2 ? node.output().shape?.[1] : undefined;
  return (
    typeof tokensAndWidth === 'number' &&
    tokensAndWidth === Number(x!.shape![1]) * Number(x!.shape![2]) &&
    Number(x!.shape![1]) > 1
  );
}
