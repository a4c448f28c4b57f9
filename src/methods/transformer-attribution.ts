import type { Value } from '../onnx/graph.js';
import type { Attention } from '../transformers/attention.js';
import { allBlocks, lastBlocks, lookingPart, meanOverHeads, rollUp, wholeTransformer } from '../transformers/transformer.js';
import { defineMethod } from './method.js';
import { onPatches, registerOption } from './patch-map.js';
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
    ...registerOption,
    ...targetScore,
  },
  scoreOf: scoreByOption,
  plan: ({ b, input, logits, options, gradient }) => {
    const transformer = wholeTransformer(input, logits, 'transformer-attribution');
    const blocks = lastBlocks(allBlocks(transformer), options.layers, 'transformer-attribution');
    const raising = (block: Attention) =>
      meanOverHeads(b, block, b.relu(b.mul(gradient(block.probabilities), block.probabilities)));
    const step = (row: Value, block: Attention) => b.add(row, b.matMul(lookingPart(b, row, block), raising(block)));
    const row = rollUp(b, blocks, transformer, step, transformer.pool && raising(transformer.pool));
    return onPatches(b, transformer, row, options, blocks[0]!.keys);
  },
});
