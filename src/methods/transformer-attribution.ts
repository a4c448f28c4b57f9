import type { Value } from '../onnx/graph.js';
import type { Attention } from '../transformers/attention.js';
import { patchMap } from '../transformers/tokens.js';
import { lastBlocks, meanOverHeads, rollUp, transformerBetween } from '../transformers/transformer.js';
import { defineMethod } from './method.js';
import { scoreByOption, targetScore } from './target-score.js';

/**
 * Transformer attribution: attention that the score depends on, along all paths: R <- R + C R with C the mean over heads of (G A)+, G
 * the gradient of the score in the attention A. Chefer et al., ICCV 2021, equations 5 and 6.
 */
export const transformerAttribution = defineMethod({
  name: 'transformer-attribution',
  summary: 'attention that raises the score, along all paths through the blocks',
  reference: 'Chefer, Gur, Wolf, ICCV 2021, equations 5 and 6',
  space: 'tokens',
  signed: false,
  options: {
    layers: { type: 'text', default: 'all', description: 'all blocks, or how many of the last' },
    ...targetScore,
  },
  scoreOf: scoreByOption,
  plan: ({ b, input, logits, options, gradient }) => {
    const transformer = transformerBetween(input, logits);
    const blocks = lastBlocks(transformer, options.layers, 'transformer-attribution');
    const raising = (block: Attention) =>
      meanOverHeads(b, block, b.relu(b.mul(gradient(block.probabilities), block.probabilities)));
    const step = (row: Value, block: Attention) => b.add(row, b.matMul(row, raising(block)));
    return patchMap(
      b,
      transformer.tokens,
      rollUp(b, { ...transformer, blocks }, step, transformer.pool && raising(transformer.pool)),
    );
  },
});
