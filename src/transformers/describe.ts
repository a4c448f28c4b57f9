/** What was found of a transformer, for the reader. */
import { allBlocks, type Transformer } from './transformer.js';

export interface DescribedTransformer {
  readonly blocks: number;
  readonly heads: number;
  readonly tokens: number;
  /** Class, register and distillation tokens before the patches. */
  readonly prefixTokens: number;
  /** Rows and columns of patches. */
  readonly grid: readonly [number, number];
  /** Blocks behind these in which a class token alone looks at the patches. */
  readonly classBlocks: number;
  /** Attentions within windows, blended with other weights, or between other tokens: methods that follow all ways refuse the model. */
  readonly otherAttentions: number;
  /** What the scores are read from. */
  readonly reads: 'class token' | 'all tokens' | 'attention pooling';
  /** Whether scores fall apart exactly into what heads add to the residual stream. */
  readonly decomposes: boolean;
}

export function describeTransformer(transformer: Transformer): DescribedTransformer {
  const { blocks, reading, others, tokens, pool, hasClassToken, stream } = transformer;
  return {
    blocks: blocks.length,
    heads: blocks[0]!.heads,
    classBlocks: allBlocks(transformer).length - blocks.length,
    otherAttentions: others,
    tokens: tokens.count,
    prefixTokens: tokens.first,
    grid: tokens.grid,
    reads: pool ? 'attention pooling' : hasClassToken ? 'class token' : 'all tokens',
    decomposes:
      !pool &&
      others === 0 &&
      reading.every((block) => stream.some(({ attention, isLinear }) => attention === block && isLinear)),
  };
}
