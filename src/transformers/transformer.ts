/**
 * A transformer as methods see it: attention blocks, tokens on a grid, and what is read from them. Found by the shape of the graph, so
 * that it does not matter which library or exporter wrote the file.
 */
import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { numbers } from '../onnx/tensor.js';
import { type Attention, attentionCount, attentionsIn, byHead } from './attention.js';
import { type Flow, flowBetween } from './flow.js';
import { readsOneToken } from './readout.js';
import { type Step, streamOf } from './stream.js';
import { type Tokens, tokensOf } from './tokens.js';

export interface Transformer {
  readonly flow: Flow;
  /** Self-attentions along the network; numbered from zero. */
  readonly blocks: readonly Attention[];
  /** The attention that gathers the tokens into one vector at the end, where there is one. */
  readonly pool: Attention | undefined;
  /** The blocks that add to what the scores are read from: where a class token alone looks at the patches (CaiT), those; else all. */
  readonly reading: readonly Attention[];
  readonly tokens: Tokens;
  /** Whether the first token stands for the image: scores are read from it. */
  readonly hasClassToken: boolean;
  /** How many attentions are none of these: within windows, blended with other weights, or between tokens of another number. */
  readonly others: number;
  /** The sums of the residual stream, from that of the first attention on; empty where the blocks do not add to one stream. */
  readonly stream: readonly Step[];
}

/** @throws UserError, with the reason, where there is no attention over patches between image and scores */
export function transformerBetween(input: Value, scores: Value): Transformer {
  return findTransformer(input, scores) ?? fail(withoutAttention(input, scores));
}

/** None where the graph has no self-attention over patches of the image. */
export function findTransformer(input: Value, scores: Value): Transformer | undefined {
  const flow = flowBetween(input, scores);
  const attentions = attentionsIn(flow, input.shape?.[0] ?? 1);
  const last = attentions.findLast(({ queries, keys }) => queries === keys && keys > 1);
  const tokens = last && tokensOf(flow, input, last.probabilities, last.keys);
  if (!tokens) return undefined;
  const blocks = attentions.filter(({ queries, keys }) => queries === last.keys && keys === last.keys);
  const behind = attentions.filter(({ queries, keys, product }) => queries < keys && product.age > last.product.age);
  const ofClassToken = behind.filter(({ queries, keys }) => queries === 1 && keys === last.keys + 1);
  const classStream = streamOf(flow, ofClassToken);
  const hasClassBlocks = classStream.length > 0;
  const pool = hasClassBlocks ? undefined : behind.at(-1);
  const known = blocks.length + (hasClassBlocks ? ofClassToken.length : pool ? 1 : 0);
  return {
    flow,
    blocks,
    pool,
    reading: hasClassBlocks ? ofClassToken : blocks,
    tokens,
    others: attentionCount(flow) - known,
    hasClassToken: !pool && (hasClassBlocks || readsOneToken(flow, last.keys, last.product)),
    stream: hasClassBlocks ? classStream : streamOf(flow, blocks),
  };
}

/**
 * The transformer, for methods that need all ways between patches and scores.
 * @throws UserError where attention within windows, or between other tokens, lies on the way
 */
export function wholeTransformer(input: Value, scores: Value, method: string): Transformer {
  const found = transformerBetween(input, scores);
  const { blocks, others } = found;
  if (others > 0)
    fail(
      `${method} follows all attention between patches and scores, and ${others} of the model's attentions are within windows, blended with something else, or between other tokens than the ${blocks[0]!.keys} of its last block; use attention, attention-gradient or grad-cam`,
    );
  return found;
}

/** All blocks between image and scores, the last one last. */
export function allBlocks({ blocks, reading }: Pick<Transformer, 'blocks' | 'reading'>): readonly Attention[] {
  return reading[0] === blocks[0] ? blocks : [...blocks, ...reading];
}

/** The row of a [N, queries, keys] matrix that the scores are read from: the class token's, or the mean over all; [N, 1, keys]. */
export function readRow(b: Builder, { hasClassToken }: Transformer, matrix: Value): Value {
  return hasClassToken ? b.slice(matrix, { starts: [0], ends: [1], axes: [1] }) : b.reduceMean(matrix, [1]);
}

/** The last blocks: all of them, or a number. @throws UserError if there are fewer */
export function lastBlocks(blocks: readonly Attention[], layers: string, method: string): readonly Attention[] {
  if (layers === 'all') return blocks;
  const count = Number(layers);
  if (!Number.isInteger(count) || count < 1) fail(`${method}: layers is "all" or how many of the last blocks, not "${layers}"`);
  // Two, a default, is no mistake where there is one.
  if (count > Math.max(blocks.length, 2))
    fail(`${method}: layers is ${count}, and the model has ${blocks.length} attention blocks`);
  return blocks.slice(-count);
}

/**
 * Follows the row that the scores are read from back through blocks, the last first: rows of a product of matrices without the product.
 * @param step a row [N, 1, keys] times the matrix of a block; a class token that looks alone at the patches stands before them
 * @param pooled of an attention that pools the tokens, its own rows [N, queries, tokens]: the way starts at their mean
 * @returns [N, keys] of the first of the blocks
 */
export function rollUp(
  b: Builder,
  blocks: readonly Attention[],
  { hasClassToken }: Pick<Transformer, 'hasClassToken'>,
  step: (row: Value, block: Attention) => Value,
  pooled?: Value,
): Value {
  const { keys: count } = blocks.at(-1)!;
  const weights = Array.from({ length: count }, (_, token) => (hasClassToken ? Number(token === 0) : 1 / count));
  const start = pooled ? b.reduceMean(pooled, [1]) : b.constant(numbers('float32', weights, [1, 1, count]));
  // A class token that joins later is of no earlier block.
  const cut = (row: Value, { keys }: Attention) => columns(b, row, -keys, row.shape!.at(-1) as number);
  return b.squeeze(
    blocks.reduceRight((row, block) => step(cut(row, block), block), start),
    [1],
  );
}

/** Of a row [N, 1, keys], the part of the tokens that look, [N, 1, queries]: a class token that looks alone stands before the others. */
export function lookingPart(b: Builder, row: Value, { queries }: Attention): Value {
  return columns(b, row, 0, queries);
}

function columns(b: Builder, row: Value, from: number, to: number): Value {
  const size = row.shape!.at(-1) as number;
  const start = from < 0 ? size + from : from;
  return start === 0 && to === size ? row : b.slice(row, { starts: [start], ends: [to], axes: [2] });
}

/** The stream behind a block: before the next block's attention is added to it. @throws UserError where there is no stream */
export function blockOutput({ stream, reading }: Transformer, block: Attention): Value {
  const next = reading[reading.indexOf(block) + 1];
  const from = stream.findIndex(({ attention }) => attention === block);
  const to = next ? stream.findIndex(({ attention }) => attention === next) : stream.length;
  if (from < 0 || to <= from)
    fail(`${block.product.label} does not add to a residual stream, so nothing can be read behind its block`);
  return stream[to - 1]!.sum;
}

/** [N, H, queries, keys] to [N, queries, keys]. */
export function meanOverHeads(b: Builder, attention: Attention, value: Value): Value {
  return b.reduceMean(byHead(b, attention, value), [1], false);
}

function withoutAttention(input: Value, scores: Value): string {
  const flow = flowBetween(input, scores);
  const softmaxes = flow.nodes.filter(({ op }) => op === 'Softmax').length;
  const attentions = attentionsIn(flow, input.shape?.[0] ?? 1).filter(({ queries, keys }) => queries === keys && keys > 1);
  const why = attentions.length
    ? `its ${attentions.at(-1)!.keys} tokens do not lie on a grid of patches (channels, as in XCiT, and merged patches do not)`
    : softmaxes
      ? `none of its ${softmaxes} softmax operators weighs tokens of the whole image (windows, as in Swin, are none)`
      : 'it has no softmax that weighs tokens';
  return `the model is no vision transformer that can be explained by its attention: ${why}; use a method such as grad-cam`;
}
