import { fail } from '../errors.js';
import { numbers } from '../onnx/tensor.js';
import { decompose } from '../transformers/decomposition.js';
import { wholeTransformer } from '../transformers/transformer.js';
import { defineMethod } from './method.js';
import { onPatches, registerOption } from './patch-map.js';
import { scoreByOption, targetScore } from './target-score.js';

/**
 * TextSpan decomposition: what each patch adds to the score straight along the residual stream, through the chosen heads. Gandelsman,
 * Efros, Steinhardt, ICLR 2024, equation 5. Defined for a text and, likewise, for a class.
 */
export const textspan = defineMethod({
  name: 'textspan',
  summary: 'what each patch adds to the score straight along the residual stream, exactly, by block and head',
  reference: 'Gandelsman, Efros, Steinhardt, ICLR 2024, equation 5',
  space: 'tokens',
  signed: true,
  options: {
    blocks: { type: 'text', default: 'all', description: 'which blocks count: all, or a list from zero, as in 8,9' },
    heads: {
      type: 'text',
      default: 'all',
      description: 'which heads count: all, or a list of block.head from zero, as in 9.2,10.5',
    },
    ...registerOption,
    ...targetScore,
  },
  scoreOf: scoreByOption,
  plan: ({ b, input, logits, score, options }) => {
    const transformer = wholeTransformer(input, logits, 'textspan');
    const decomposed = decompose(b, transformer, score);
    const counts = chosenHeads(
      options,
      decomposed.map(({ attention }) => attention),
    );
    const parts = decomposed.map(({ contributions }, block) => {
      const weights = counts(block);
      if (weights.every((weight) => weight === 1)) return b.reduceSum(contributions, [1], false);
      return b.reduceSum(b.mul(contributions, b.constant(numbers('float32', weights, [1, weights.length, 1]))), [1], false);
    });
    return onPatches(b, transformer, parts.reduce(b.add), options, decomposed[0]!.attention.keys);
  },
});

/** Of each block: 1 for a head that counts, else 0. */
function chosenHeads(
  { blocks, heads }: { readonly blocks: string; readonly heads: string },
  all: readonly { readonly heads: number }[],
): (block: number) => number[] {
  const wantedBlocks = blocks === 'all' ? undefined : blocks.split(',').map((text) => indexIn('blocks', text, all.length));
  const wantedHeads = heads === 'all' ? undefined : heads.split(',').map((text) => headNamed(text, all));
  return (block) =>
    Array.from({ length: all[block]!.heads }, (_, head) =>
      Number((wantedBlocks?.includes(block) ?? true) && (wantedHeads?.includes(`${block}.${head}`) ?? true)),
    );
}

function headNamed(text: string, all: readonly { readonly heads: number }[]): string {
  const [block, head, ...more] = text.trim().split('.');
  if (head === undefined || more.length) fail(`textspan: heads is a list of block.head, as in 9.2,10.5, not "${text}"`);
  const at = indexIn('heads', block!, all.length);
  return `${at}.${indexIn(`heads (block ${at})`, head, all[at]!.heads)}`;
}

function indexIn(option: string, text: string, count: number): number {
  const index = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isInteger(index) || index < 0 || index >= count)
    fail(`textspan: ${option} counts from 0 to ${count - 1} here, and "${text}" is none of these`);
  return index;
}
