import { describe, expect, it } from 'vitest';
import { open } from '../../test/transformers.js';
import { prepare } from '../explain/subject.js';
import { describeTransformer } from './describe.js';
import { findTransformer, transformerBetween, wholeTransformer } from './transformer.js';

const found = async (name: string) => {
  const { input, scores } = prepare((await open(name)).graph);
  const { blocks, tokens, hasClassToken, pool, stream } = transformerBetween(input, scores);
  const added = stream.map(({ attention }) => (attention ? 'attention' : 'mlp')).join(' ');
  return { blocks: blocks.length, heads: blocks[0]!.heads, ...tokens, hasClassToken, pool: pool?.queries, added };
};

const three = 'attention mlp attention mlp attention mlp';

describe('the finder', () => {
  it.each([
    // What exporters and libraries write differently: fused projections, primitives, nn.MultiheadAttention, the Attention operator.
    ['wide', { blocks: 3, heads: 4, count: 25, first: 1, grid: [4, 6], hasClassToken: true, pool: undefined, added: three }],
    ['registers', { blocks: 3, heads: 4, count: 19, first: 3, grid: [4, 4], hasClassToken: true, pool: undefined, added: three }],
    ['mean', { blocks: 3, heads: 4, count: 16, first: 0, grid: [4, 4], hasClassToken: false, pool: undefined, added: three }],
    ['respost', { blocks: 3, heads: 4, count: 17, first: 1, grid: [4, 4], hasClassToken: true, pool: undefined, added: three }],
    [
      'deit-distilled',
      { blocks: 3, heads: 4, count: 18, first: 2, grid: [4, 4], hasClassToken: true, pool: undefined, added: three },
    ],
    [
      'clip-openclip/onnx/vision_model',
      { blocks: 3, heads: 4, count: 37, first: 1, grid: [6, 6], hasClassToken: true, pool: undefined, added: three },
    ],
    [
      'clip-attention-op/vision_model',
      {
        blocks: 4,
        heads: 4,
        count: 17,
        first: 1,
        grid: [4, 4],
        hasClassToken: true,
        pool: undefined,
        added: `${three} attention mlp`,
      },
    ],
    [
      'siglip/vision_model',
      { blocks: 3, heads: 4, count: 16, first: 0, grid: [4, 4], hasClassToken: false, pool: 1, added: three },
    ],
    ['grouped', { blocks: 3, heads: 4, count: 17, first: 1, grid: [4, 4], hasClassToken: true, pool: undefined, added: three }],
    ['joined', { blocks: 3, heads: 4, count: 18, first: 2, grid: [4, 4], hasClassToken: true, pool: undefined, added: three }],
    // Behind two blocks of patches, two in which a class token alone looks at them: the stream is the class token's.
    [
      'cait',
      {
        blocks: 2,
        heads: 4,
        count: 24,
        first: 0,
        grid: [4, 6],
        hasClassToken: true,
        pool: undefined,
        added: 'attention mlp attention mlp',
      },
    ],
  ])('describes %s', async (name, wanted) => {
    expect(await found(name)).toEqual(wanted);
  });

  it.each([
    ['windows', /none of its 2 softmax operators weighs tokens of the whole image/],
    ['channels', /its 8 tokens do not lie on a grid of patches/],
  ])('refuses %s, with the reason', async (name, reason) => {
    const { input, scores } = prepare((await open(name)).graph);
    expect(findTransformer(input, scores)).toBeUndefined();
    expect(() => transformerBetween(input, scores)).toThrow(reason);
  });

  // One block of windows before one of the whole image (SAM); one whose weights are blended with those of positions (ConViT).
  it.each([
    ['global-and-windows', [8, 8]],
    ['blended', [4, 4]],
  ])('finds the block of %s that looks at the whole image, and says that there are others', async (name, grid) => {
    const { input, scores } = prepare((await open(name)).graph);
    expect(describeTransformer(transformerBetween(input, scores))).toMatchObject({
      blocks: 1,
      otherAttentions: 1,
      grid,
      decomposes: false,
    });
    expect(() => wholeTransformer(input, scores, 'attention-rollout')).toThrow(
      /attention-rollout follows all attention .* and 1 of the model's attentions are within windows, blended .* or between other tokens/,
    );
  });
});
