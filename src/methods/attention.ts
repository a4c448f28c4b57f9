import { meanOverHeads, readRow, transformerBetween } from '../transformers/transformer.js';
import { defineMethod } from './method.js';
import { onPatches, registerOption } from './patch-map.js';

/**
 * Raw attention: how much the class token attends to each patch, mean over heads; without a class token the mean over all tokens, and of
 * an attention that pools the tokens its own weights. No class of the model, no gradient.
 */
export const attention = defineMethod({
  name: 'attention',
  summary: 'how much the class token attends to each patch, mean over heads; no class, no gradient',
  reference: 'Dosovitskiy et al. 2021, section 4.5; Caron et al. 2021',
  space: 'tokens',
  usesTarget: false,
  signed: false,
  options: {
    layers: { type: 'choice', choices: ['last', 'all'], default: 'last', description: 'the last block, or the mean of all' },
    ...registerOption,
  },
  plan: ({ b, input, logits, options }) => {
    const transformer = transformerBetween(input, logits);
    const last = transformer.pool ?? transformer.reading.at(-1)!;
    const chosen = options.layers === 'all' ? transformer.reading : [last];
    const rows = chosen.map((block) => readRow(b, transformer, meanOverHeads(b, block, block.probabilities)));
    const mean = b.squeeze(b.div(rows.reduce(b.add), rows.length), [1]);
    return onPatches(b, transformer, mean, options, chosen[0]!.keys);
  },
});
