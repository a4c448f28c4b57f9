/** What was found of a transformer, for the reader. */
import type { Transformer } from './transformer.js';

export interface DescribedTransformer {
  readonly blocks: number;
  readonly heads: number;
  readonly tokens: number;
  /** Class, register and distillation tokens before the patches. */
  readonly prefixTokens: number;
  /** Rows and columns of patches. */
  readonly grid: readonly [number, number];
  /** What the scores are read from. */
  readonly reads: 'class token' | 'all tokens' | 'attention pooling';
  /** Whether scores fall apart exactly into what heads add to the residual stream. */
  readonly decomposes: boolean;
}

export function describeTransformer({ blocks, tokens, pool, hasClassToken, stream }: Transformer): DescribedTransformer {
  return {
    blocks: blocks.length,
    heads: blocks[0]!.heads,
    tokens: tokens.count,
    prefixTokens: tokens.first,
    grid: tokens.grid,
    reads: pool ? 'attention pooling' : hasClassToken ? 'class token' : 'all tokens',
    decomposes: blocks.every((block) => stream.some(({ attention, isLinear }) => attention === block && isLinear)),
  };
}
