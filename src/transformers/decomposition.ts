/**
 * What each token adds to the score through each head of each block, straight along the residual stream: not by way of later blocks.
 * Exact: with what the MLPs and the tokens' start add, the contributions add up to the score. Gandelsman et al., ICLR 2024, section 3.
 */
import { gradient } from '../autodiff/gradient/index.js';
import { propagate } from '../autodiff/propagate.js';
import { fail } from '../errors.js';
import { type Builder, sameShape } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { type Attention, byHead } from './attention.js';
import type { Flow } from './flow.js';
import { firstTokensRead } from './readout.js';
import { frozenStatistics } from './relevance.js';
import { following, projected } from './stream.js';
import type { Transformer } from './transformer.js';

/** Of one block: [N, H, tokens]. */
export interface BlockContributions {
  readonly attention: Attention;
  readonly contributions: Value;
}

/** A score as a sum: of what heads add through each token, and of what else is added to the stream. */
export interface Decomposition {
  /** One entry per block; of a model that pools its tokens by attention, one for the pool. */
  readonly blocks: readonly BlockContributions[];
  /** What each MLP adds, [N], with the number of the block that it follows. */
  readonly mlps: readonly { readonly block: number; readonly contribution: Value }[];
  /** What is left, [N]: the tokens' start; of a pool, everything beside what it gathers. */
  readonly rest: Value;
}

/** The contributions of heads alone. See {@link decomposeAll}. */
export function decompose(b: Builder, transformer: Transformer, score: Value): readonly BlockContributions[] {
  return decomposeAll(b, transformer, score).blocks;
}

/**
 * With its normalisations' statistics held constant, the score is a linear function of the stream, U . z + c, so it falls apart as the
 * stream does. A head's part is shared out to tokens by their weights P times what these are worth, dP; a block's bias equally to its
 * cells; and c equally to everything that was added to the stream.
 * @throws UserError where the blocks do not add to one stream
 */
export function decomposeAll(b: Builder, transformer: Transformer, score: Value): Decomposition {
  const { stream, reading, pool, flow } = transformer;
  if (pool) return pooledContributions(b, flow, pool, score);
  const end = stream.at(-1)?.sum;
  if (!end || reading.some((block) => !stream.some(({ attention, isLinear }) => attention === block && isLinear)))
    fail(
      'the attentions of the model do not add to one residual stream as they are, so the score does not fall apart into what they add; use legrad',
    );
  const worth = worthOf(b, score, end);
  const total = (value: Value) => totalOf(b, worth, value, reading[0]!.queries);
  // What the score has beside a linear function of the stream.
  const share = b.div(b.sub(score, total(end)), stream.length + 1);
  const read = firstTokensRead(flow, end, reading[0]!.queries);
  const blocks: BlockContributions[] = [];
  const mlps: Decomposition['mlps'][number][] = [];
  for (const { attention, branch } of stream) {
    if (!sameShape(branch.shape, worth.shape))
      fail(`${branch.producer?.label ?? branch.name} adds to a stream whose axes lie in another order at its end`);
    const contribution = b.add(total(branch), share);
    if (!attention) {
      mlps.push({ block: blocks.length - 1, contribution });
      continue;
    }
    const cells = shares(b, attention, branch, worth, read);
    const constant = b.sub(contribution, b.reduceSum(cells, [1, 2], false));
    const each = b.div(constant, attention.heads * attention.keys);
    blocks.push({ attention, contributions: b.add(cells, b.unsqueeze(each, [1, 2])) });
  }
  const [first] = stream;
  const start = first!.sum.producer!.inputs.find((value) => value !== first!.branch)!;
  return { blocks, mlps, rest: b.add(total(start), share) };
}

/**
 * Of a model that reads its tokens by an attention of its own, what this attention gathers from each token is all that is shared out; not
 * the bias, nor what an MLP behind it makes of the sum. As the authors do it for SigLIP.
 */
function pooledContributions(b: Builder, flow: Flow, pool: Attention, score: Value): Decomposition {
  const gathered = projected(flow, pool);
  const worth = worthOf(b, score, following(flow, gathered)?.sum ?? gathered);
  if (!sameShape(gathered.shape, worth.shape)) fail(`${pool.product.label} adds to a value of another shape`);
  const contributions = shares(b, pool, gathered, worth);
  const rest = b.sub(score, b.reduceSum(contributions, [1, 2], false));
  return { blocks: [{ attention: pool, contributions }], mlps: [], rest };
}

/** The derivative of the score with all statistics held constant. */
function worthOf(b: Builder, score: Value, value: Value): Value {
  const ones = b.expandLike(b.scalar(1, score.dtype), score);
  return propagate(b, { seeds: new Map([[score, ones]]), sources: [value], table: frozenStatistics })[0]!;
}

/**
 * What the weighted values are worth, by the token that they come from: the sum over queries of P dP, [N, H, keys].
 * @param read how many of the first queries have any worth, where that is known: the others' rows are not computed
 */
function shares(b: Builder, attention: Attention, branch: Value, worth: Value, read?: number): Value {
  const { probabilities, product, queries } = attention;
  const slopesOf = (value: Value) => propagate(b, { seeds: new Map([[branch, worth]]), sources: [value], table: gradient })[0]!;
  if (read === undefined || product.op !== 'MatMul' || product.inputs[0] !== probabilities)
    return b.reduceSum(byHead(b, attention, b.mul(probabilities, slopesOf(probabilities))), [2], false);
  const rows = (value: Value) => {
    const axis = value.rank! - 2;
    return read >= queries ? value : b.slice(value, { starts: [0], ends: [read], axes: [axis] });
  };
  const values = product.inputs[1]!;
  const last = [...values.shape!.keys()];
  const turned = b.transpose(values, [...last.slice(0, -2), last.at(-1)!, last.at(-2)!]);
  const cells = b.mul(rows(probabilities), b.matMul(rows(slopesOf(product.output())), turned));
  return b.reduceSum(byHead(b, { ...attention, queries: Math.min(read, queries) }, cells), [2], false);
}

/** Sum of worth times value over tokens and width: [N]. */
function totalOf(b: Builder, worth: Value, value: Value, count: number): Value {
  const tokenAxis = worth.shape?.[1] === count ? 1 : 0;
  return b.reduceSum(b.mul(worth, value), [tokenAxis, 2], false);
}
