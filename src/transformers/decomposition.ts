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
import { frozenStatistics } from './relevance.js';
import { following, projected } from './stream.js';
import type { Transformer } from './transformer.js';

/** Of one block: [N, H, tokens]. */
export interface BlockContributions {
  readonly attention: Attention;
  readonly contributions: Value;
}

/**
 * With its normalisations' statistics held constant, the score is a linear function of the stream, U . z + c, so it falls apart as the
 * stream does. A head's part is shared out to tokens by their weights P times what these are worth, dP; a block's bias equally to its
 * cells; and c equally to everything that was added to the stream.
 * @returns one entry per block; of a model that pools its tokens by attention, one for the pool
 * @throws UserError where the blocks do not add to one stream
 */
export function decompose(b: Builder, transformer: Transformer, score: Value): BlockContributions[] {
  const { stream, blocks, tokens, pool, flow } = transformer;
  if (pool) return [pooledContributions(b, flow, pool, score)];
  const end = stream.at(-1)?.sum;
  if (!end || blocks.some((block) => !stream.some(({ attention, isLinear }) => attention === block && isLinear)))
    fail(
      'the attentions of the model do not add to one residual stream as they are, so the score does not fall apart into what they add; use legrad',
    );
  const worth = worthOf(b, score, end);
  const rest = b.sub(score, totalOf(b, worth, end, tokens.count));
  return stream.flatMap(({ attention, branch }) => {
    if (!attention) return [];
    if (!sameShape(branch.shape, worth.shape))
      fail(`${attention.product.label} adds to a stream whose axes lie in another order at its end`);
    const cells = shares(b, attention, branch, worth);
    const bias = b.sub(totalOf(b, worth, branch, tokens.count), b.reduceSum(cells, [1, 2], false));
    const each = b.div(b.add(bias, b.div(rest, stream.length + 1)), attention.heads * tokens.count);
    return [{ attention, contributions: b.add(cells, b.unsqueeze(each, [1, 2])) }];
  });
}

/**
 * Of a model that reads its tokens by an attention of its own, what this attention gathers from each token is all that is shared out; not
 * the bias, nor what an MLP behind it makes of the sum. As the authors do it for SigLIP.
 */
function pooledContributions(b: Builder, flow: Flow, pool: Attention, score: Value): BlockContributions {
  const gathered = projected(flow, pool);
  const worth = worthOf(b, score, following(flow, gathered)?.sum ?? gathered);
  if (!sameShape(gathered.shape, worth.shape)) fail(`${pool.product.label} adds to a value of another shape`);
  return { attention: pool, contributions: shares(b, pool, gathered, worth) };
}

/** The derivative of the score with all statistics held constant. */
function worthOf(b: Builder, score: Value, value: Value): Value {
  const ones = b.expandLike(b.scalar(1, score.dtype), score);
  return propagate(b, { seeds: new Map([[score, ones]]), sources: [value], table: frozenStatistics })[0]!;
}

/** What the weighted values are worth, by the token that they come from: the sum over queries of P dP, [N, H, keys]. */
function shares(b: Builder, attention: Attention, branch: Value, worth: Value): Value {
  const { probabilities } = attention;
  const [slope] = propagate(b, { seeds: new Map([[branch, worth]]), sources: [probabilities], table: gradient }) as [Value];
  return b.reduceSum(byHead(b, attention, b.mul(probabilities, slope)), [2], false);
}

/** Sum of worth times value over tokens and width: [N]. */
function totalOf(b: Builder, worth: Value, value: Value, count: number): Value {
  const tokenAxis = worth.shape?.[1] === count ? 1 : 0;
  return b.reduceSum(b.mul(worth, value), [tokenAxis, 2], false);
}
