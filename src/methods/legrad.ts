import { fail } from '../errors.js';
import { attentionInput } from '../transformers/attention.js';
import { tokenAxis } from '../transformers/readout.js';
import { blockOutput, lastBlocks, meanOverHeads, wholeTransformer } from '../transformers/transformer.js';
import { defineMethod } from './method.js';
import { onPatches, registerOption } from './patch-map.js';
import { scoreByOption, targetScore } from './target-score.js';

/**
 * LeGrad: how the score of a block's mean token, read by the model's own head, rises with that block's attention; only what raises it, mean
 * over heads, queries and blocks. Bousselham et al., ICCV 2025, equations 4 to 8. An attention that pools the tokens is the one
 * whose weights count, at every block's tokens in turn.
 */
export const legrad = defineMethod({
  name: 'legrad',
  summary: "how the score of each block's mean token rises with the block's attention",
  reference: 'Bousselham et al., ICCV 2025, equations 4 to 8',
  space: 'tokens',
  signed: false,
  options: {
    layers: { type: 'text', default: '2', description: 'how many of the last blocks, or all' },
    ...registerOption,
    ...targetScore,
  },
  scoreOf: scoreByOption,
  plan: ({ b, input, logits, options, replace }) => {
    const transformer = wholeTransformer(input, logits, 'legrad');
    const { pool, stream, reading } = transformer;
    const end = stream.at(-1)?.sum ?? fail('legrad: the blocks of the model do not add to one stream, so no head can read them');
    const rows = lastBlocks(reading, options.layers, 'legrad').map((block) => {
      const output = blockOutput(transformer, block);
      const mean = b.reduceMean(output, [tokenAxis(output, reading[0]!.queries)]);
      // Every token the mean: whatever the head takes, a token or their average, it reads the mean.
      const head = pool ? replace(attentionInput(transformer.flow, pool), output) : replace(end, b.expandLike(mean, end));
      const attention = pool ?? block;
      const slope = head.gradient(head.of(attention.probabilities));
      return b.reduceMean(meanOverHeads(b, attention, b.relu(slope)), [1], false);
    });
    return onPatches(b, transformer, b.div(rows.reduce(b.add), rows.length), options, (pool ?? reading[0]!).keys);
  },
});
