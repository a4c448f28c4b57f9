import type { Value } from '../onnx/graph.js';
import type { Attention } from '../transformers/attention.js';
import { lastBlocks, meanOverHeads, readRow, transformerBetween } from '../transformers/transformer.js';
import { defineMethod } from './method.js';
import { onPatches, registerOption } from './patch-map.js';
import { scoreByOption, targetScore } from './target-score.js';

/**
 * Attention times its gradient: how much the class token attends to each patch, where this raises the score. Barkan et al., CIKM 2021
 * (Grad-SAM), in the row that the score is read from.
 */
export const attentionGradient = defineMethod({
  name: 'attention-gradient',
  summary: 'attention of the class token, where it raises the score: (gradient x attention)+, mean over heads',
  reference: 'Barkan et al., CIKM 2021 (Grad-SAM)',
  space: 'tokens',
  signed: false,
  options: {
    layers: { type: 'text', default: '1', description: 'how many of the last blocks, or all; their mean' },
    ...registerOption,
    ...targetScore,
  },
  scoreOf: scoreByOption,
  plan: ({ b, input, logits, options, gradient }) => {
    const transformer = transformerBetween(input, logits);
    const { pool } = transformer;
    const chosen = pool ? [pool] : lastBlocks(transformer.reading, options.layers, 'attention-gradient');
    const raising = (block: Attention): Value =>
      meanOverHeads(b, block, b.relu(b.mul(gradient(block.probabilities), block.probabilities)));
    const rows = chosen.map((block) => readRow(b, transformer, raising(block)));
    return onPatches(b, transformer, b.squeeze(b.div(rows.reduce(b.add), rows.length), [1]), options, chosen[0]!.keys);
  },
});
