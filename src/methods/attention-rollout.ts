import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { type Attention, byHead } from '../transformers/attention.js';
import { allBlocks, lookingPart, rollUp, wholeTransformer } from '../transformers/transformer.js';
import { defineMethod } from './method.js';
import { onPatches, registerOption } from './patch-map.js';

/**
 * Attention rollout: attention along all paths through the network, the product of the blocks' (A + I) / 2 with rows that add up to 1.
 * Abnar and Zuidema 2020, equation 1. Dropping the weakest weights as vit-explain, in every row of the batch.
 */
export const attentionRollout = defineMethod({
  name: 'attention-rollout',
  summary: 'attention along all paths through the blocks, half of it by way of the residual stream; no class, no gradient',
  reference: 'Abnar, Zuidema 2020, equation 1',
  space: 'tokens',
  usesTarget: false,
  signed: false,
  options: {
    'head-fusion': { type: 'choice', choices: ['mean', 'max', 'min'], default: 'mean', description: 'how heads become one' },
    'discard-ratio': {
      type: 'number',
      default: 0,
      min: 0,
      max: 1,
      description: 'which part of the fused weights, the smallest, is set to zero',
    },
    ...registerOption,
  },
  plan: ({ b, input, logits, options }) => {
    const transformer = wholeTransformer(input, logits, 'attention-rollout');
    const fuse = { mean: 'ReduceMean', max: 'ReduceMax', min: 'ReduceMin' }[options['head-fusion']];
    const fused = (block: Attention) => {
      const weights = b.reduce(fuse, byHead(b, block, block.probabilities), [1], false);
      return withoutSmallest(b, weights, block, options['discard-ratio']);
    };
    // A row r times (A + I) / 2, divided by its rows' sums, is r' A + r' with r' = r / the sums; what does not look stays.
    const step = (row: Value, block: Attention) => {
      const weights = fused(block);
      const sums = b.add(b.transpose(b.reduceSum(weights, [2]), [0, 2, 1]), 1);
      const looking = lookingPart(b, row, block);
      const shared = b.div(looking, sums);
      const wide = (part: Value) => b.pad(part, [0, 0, 0, 0, 0, block.keys - block.queries]);
      return b.add(b.add(b.sub(row, wide(looking)), wide(shared)), b.matMul(shared, weights));
    };
    const pooled = transformer.pool && fused(transformer.pool);
    return onPatches(b, transformer, rollUp(b, allBlocks(transformer), transformer, step, pooled), options);
  },
});

/** Sets the smallest of a row's queries x keys weights to zero; the first one stays. */
function withoutSmallest(b: Builder, weights: Value, { queries, keys }: Attention, ratio: number): Value {
  const count = Math.floor(ratio * queries * keys);
  if (count === 0) return weights;
  const flat = b.reshape(weights, [0, -1]);
  const smallest = b.node('TopK', [flat, b.ints([count])], { axis: 1, largest: 0, sorted: 0 }, { outputs: 2 }).output(1);
  const zeros = b.cast(b.zerosLike(smallest), weights.dtype ?? 'float32');
  const dropped = b.op('ScatterElements', [flat, smallest, zeros], { axis: 1 });
  const [first, others] = [flat, dropped] as const;
  const kept = [
    b.slice(first, { starts: [0], ends: [1], axes: [1] }),
    b.slice(others, { starts: [1], ends: [queries * keys], axes: [1] }),
  ];
  return b.reshape(b.concat(kept, 1), [0, queries, keys]);
}
