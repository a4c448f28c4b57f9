import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { numbers } from '../onnx/tensor.js';
import type { NamedArray } from '../options.js';
import { decompose } from '../transformers/decomposition.js';
import { filteredMaps, mapFilters } from '../transformers/registers.js';
import { patchMap } from '../transformers/tokens.js';
import { wholeTransformer } from '../transformers/transformer.js';
import { defineMethod } from './method.js';
import { scoreByOption, targetScore } from './target-score.js';

/**
 * CHILI: the decomposition of a score into an object, its context and registers (few tokens that keep what is no part of their patch). A
 * median filter takes the registers out of each head's map A: f(A); heads are weighted by how much they look at objects. Kazmierczak
 * et al. 2025, arXiv 2510.07115: object sum w f(A), context sum (1 - w) f(A), registers sum A - f(A).
 */
export const chili = defineMethod({
  name: 'chili',
  summary:
    "the score's object, context or register part: median-filtered contributions of heads, weighted by how much they look at objects",
  reference: 'Kazmierczak et al. 2025, arXiv 2510.07115',
  space: 'tokens',
  signed: true,
  options: {
    part: {
      type: 'choice',
      choices: ['object', 'context', 'register'],
      default: 'object',
      description: 'which part of the score',
    },
    weights: {
      type: 'array',
      names: ['none'],
      default: 'none',
      description:
        'how much each head looks at objects, 0 to 1: .npy [blocks, heads], or [sets, blocks, heads] to be averaged; or one number',
    },
    filter: {
      type: 'choice',
      choices: mapFilters,
      default: 'median',
      description:
        "what takes registers out of each head's map: the median of 3 x 3 patches at every patch; the same only at tokens of a high norm, for coarse grids on which a median takes small objects too; or nothing",
    },
    border: {
      type: 'choice',
      choices: ['edge', 'zero'],
      default: 'edge',
      description: 'what the median filter sees outside of the grid',
    },
    ...targetScore,
  },
  scoreOf: scoreByOption,
  plan: ({ b, input, logits, score, options }) => {
    const transformer = wholeTransformer(input, logits, 'chili');
    const decomposed = decompose(b, transformer, score);
    const maps = decomposed.map(({ contributions, attention: { keys } }) => patchMap(b, transformer.tokens, contributions, keys));
    const all = b.concat(maps, 1);
    const filtered = filteredMaps(b, transformer, all, options.filter, options.border);
    const overHeads = (value: Value) => b.reduceSum(value, [1], false);
    if (options.part === 'register') return overHeads(b.sub(all, filtered));
    const weights = headWeights(b, options.weights, decomposed.length, decomposed[0]!.attention.heads);
    return overHeads(b.mul(filtered, options.part === 'object' ? weights : b.sub(1, weights)));
  },
});

/** Weights as they broadcast over maps [N, blocks x heads, rows, columns]. @throws UserError for another number of heads, or none */
export function headWeights(b: Builder, given: number | string | NamedArray, blocks: number, heads: number): Value {
  if (typeof given === 'number') return b.scalar(given);
  if (typeof given === 'string')
    return fail(
      `chili: the object and context parts need weights of heads: --weights w.npy [${blocks}, ${heads}], or head-weights.npy in the model's folder; part=register needs none`,
    );
  const { shape, data } = given;
  const sets = shape.length === 3 ? shape[0]! : 1;
  if (shape.length < 2 || shape.length > 3 || shape.at(-2) !== blocks || shape.at(-1) !== heads)
    fail(`chili: the weights have the shape [${shape.join(', ')}], and the model has ${blocks} blocks of ${heads} heads`);
  const mean = Array.from({ length: blocks * heads }, (_, head) => {
    const each = Array.from({ length: sets }, (_, set) => data[set * blocks * heads + head]!);
    return each.reduce((sum, weight) => sum + weight, 0) / sets;
  });
  return b.constant(numbers('float32', mean, [1, mean.length, 1, 1]));
}
