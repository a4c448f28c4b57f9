/** What every head adds to an image's embedding, as vectors: the terms of the decomposition before a text is chosen. */
import { fail } from '../../errors.js';
import { substitute } from '../../methods/substitute.js';
import type { Builder } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import { numbers } from '../../onnx/tensor.js';
import type { Attention } from '../../transformers/attention.js';
import { inverseDeviation } from '../../transformers/relevance.js';
import type { Transformer } from '../../transformers/transformer.js';

/**
 * [N, blocks, H, D] for some of the blocks: the sum over tokens of their contributions through each head, over the length of the
 * embedding. With what the MLPs and the start add, they add up to the embedding of length 1. Gandelsman et al. 2024, equation 4.
 * @throws UserError where the blocks do not add to one residual stream
 */
export function headVectors(b: Builder, { stream }: Transformer, embedding: Value, blocks: readonly Attention[]): Value {
  const end = stream.at(-1)?.sum;
  const steps = blocks.map((block) => stream.find(({ attention, isLinear }) => attention === block && isLinear));
  if (!end || steps.some((step) => !step))
    return fail('the attentions of the model do not add to one residual stream, so heads have no vectors');
  const read = (value: Value) => frozenTail(b, end, embedding, value);
  const nothing = read(b.zerosLike(end));
  const linear = (value: Value) => b.sub(read(value), nothing);
  const length = b.reduce('ReduceL2', embedding, [1]);
  const constant = b.div(b.sub(embedding, linear(end)), stream.length + 1);
  const vectors = steps.map((step, i) => {
    const { heads } = blocks[i]!;
    const through = Array.from({ length: heads }, (_, head) => branchOf(b, step!.branch, blocks[i]!, head));
    // Each has the whole bias; all of them together should have it once.
    const surplus = b.div(b.sub(through.reduce(b.add), step!.branch), heads);
    const each = through.map((part) => b.div(b.add(linear(b.sub(part, surplus)), b.div(constant, heads)), length));
    return b.unsqueeze(
      b.concat(
        each.map((vector) => b.unsqueeze(vector, [1])),
        1,
      ),
      [1],
    );
  });
  return b.concat(vectors, 1);
}

/** What a block adds to the stream, with the values of one head alone. */
function branchOf(b: Builder, branch: Value, { product, heads, queries }: Attention, head: number): Value {
  if (product.op !== 'MatMul') fail(`${product.label}: vectors of heads are there for products by MatMul`);
  const weighted = product.output();
  const mask = b.constant(
    numbers(
      'float32',
      Array.from({ length: heads }, (_, h) => Number(h === head)),
      [1, heads, 1, 1],
    ),
  );
  const byHead = weighted.rank === 4 ? weighted : b.reshape(weighted, [-1, heads, queries, weighted.shape!.at(-1) as number]);
  const alone = b.reshapeLike(b.mul(byHead, mask), weighted);
  return substitute(b, { ends: [branch], replaced: new Map([[weighted, alone]]) })(branch);
}

/** The embedding of another stream, with the statistics that the normalisations have for the model's own. */
function frozenTail(b: Builder, end: Value, embedding: Value, stream: Value): Value {
  const remake = (node: Node, [x]: readonly (Value | undefined)[]) =>
    node.op === 'LayerNormalization' && x !== node.inputs[0]
      ? [b.mul(b.mul(x!, node.inputs[1]!), inverseDeviation(b, node, node.inputs[0]!)), ...node.outputs.slice(1)]
      : undefined;
  return substitute(b, { ends: [embedding], replaced: new Map([[end, stream]]), remake })(embedding);
}
