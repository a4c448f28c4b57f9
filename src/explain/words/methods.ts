/** How much each token of a text raises its likeness to an image. */
import { gradient } from '../../autodiff/gradient/index.js';
import { propagate } from '../../autodiff/propagate.js';
import type { RuleTable } from '../../autodiff/rule.js';
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { attentionsIn, byHead } from '../../transformers/attention.js';
import { flowBetween } from '../../transformers/flow.js';
import { attnLrp } from '../../transformers/relevance.js';

export interface TextPlan {
  readonly b: Builder;
  /** Embeddings of the tokens, [1, T, d]. */
  readonly embeddings: Value;
  /** The cosine, [1]. */
  readonly score: Value;
}

/** One method: the relevance of each token, [1, T]. */
type PlanText = (plan: TextPlan) => Value;

function slopes({ b, score }: TextPlan, sources: readonly Value[], table: RuleTable = gradient): Value[] {
  const ones = b.expandLike(b.scalar(1, score.dtype), score);
  return propagate(b, { seeds: new Map([[score, ones]]), sources, table });
}

const timesEmbedding =
  (table: RuleTable): PlanText =>
  (plan) => {
    const [slope] = slopes(plan, [plan.embeddings], table);
    return plan.b.reduceSum(plan.b.mul(plan.embeddings, slope!), [-1], false);
  };

/**
 * Chefer, Gur, Wolf, ICCV 2021, equations 5 and 6, for a text: R <- R + (G A)+ R through all blocks, in the row of the token that the
 * text's vector is read from; without the token's own share of one.
 */
const transformerAttribution: PlanText = (plan) => {
  const { b, embeddings, score } = plan;
  const tokens = embeddings.shape?.[1];
  const flow = flowBetween(embeddings, score);
  const blocks = attentionsIn(flow, 1).filter(({ queries, keys }) => queries === tokens && keys === tokens);
  if (blocks.length === 0)
    return fail('the text tower has no attention between tokens that transformer-attribution can follow; take input-x-gradient');
  const gradients = slopes(
    plan,
    blocks.map(({ probabilities }) => probabilities),
  );
  const products = blocks.map((block, i) => byHead(b, block, b.mul(gradients[i]!, block.probabilities)));
  // Only rows that the vector is read from have a slope in the last block.
  const read = b.reduceSum(b.abs(products.at(-1)!), [1, 3], false);
  const start = b.unsqueeze(b.div(read, b.reduceSum(read, [1])), [1]);
  const step = (row: Value, product: Value) => b.add(row, b.matMul(row, b.reduceMean(b.relu(product), [1], false)));
  return b.squeeze(b.sub(products.reduceRight(step, start), start), [1]);
};

export const textMethods = {
  'input-x-gradient': timesEmbedding(gradient),
  'attn-lrp': timesEmbedding(attnLrp),
  'transformer-attribution': transformerAttribution,
} as const satisfies Readonly<Record<string, PlanText>>;

export type TextMethod = keyof typeof textMethods;
