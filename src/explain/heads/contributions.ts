/** A score as the sum of what each head of each block adds to it, and the score without some of them. */
import { fail } from '../../errors.js';
import { Builder } from '../../onnx/builder.js';
import { Graph, type Value } from '../../onnx/graph.js';
import { namesOf } from '../../onnx/rewrite.js';
import type { FloatArray } from '../../tensor/tensor.js';
import { decomposeAll } from '../../transformers/decomposition.js';
import { wholeTransformer } from '../../transformers/transformer.js';
import { asRows } from '../evaluation.js';
import type { Model } from '../explanation.js';
import { checkInput } from '../rows.js';
import { imageInput, prepare } from '../subject.js';
import { comparedWithTexts, type Texts } from '../text-scores.js';

/** A head by its block's number and its own, both from zero. */
export interface HeadName {
  readonly block: number;
  readonly head: number;
}

export interface Contribution extends HeadName {
  readonly contribution: number;
}

/** Heads, MLPs and rest add up to the score: a cosine, or a logit. */
export interface ScoreParts {
  readonly score: number;
  readonly heads: readonly Contribution[];
  /** By the block that each follows. */
  readonly mlps: readonly { readonly block: number; readonly contribution: number }[];
  /** Of the tokens' start; of a model that pools its tokens by attention, of everything beside what the pool gathers. */
  readonly rest: number;
}

/** A loaded decomposition for inputs of one size. */
export interface LoadedContributions {
  /** All scores of one image, [1, ...]: of classes, or of texts. */
  readonly scores: (image: FloatArray) => Promise<Float32Array>;
  /** What makes up one of them. */
  readonly parts: (image: FloatArray, target: number) => Promise<ScoreParts>;
  readonly dispose: () => Promise<void>;
}

/**
 * The exact direct contributions of heads: Gandelsman et al., ICLR 2024, section 3.1, summed over tokens.
 * @param shape of the image input
 * @throws UserError if the score is no sum along a residual stream
 */
export async function loadContributions(
  { graph: original, runtime, weights }: Model,
  shape: readonly number[],
  { texts, output }: { readonly texts?: Texts | undefined; readonly output?: string | undefined } = {},
): Promise<LoadedContributions> {
  const { name } = imageInput(original);
  const prepared = prepare(original, { sizes: { [name]: [-1, ...shape.slice(1)] }, output });
  const { graph, input, scores, given } = texts ? comparedWithTexts(prepared, texts) : prepared;
  const b = new Builder(graph.details.opset, namesOf(graph));
  const logits = asRows(b, scores);
  const count = logits.shape?.[1];
  if (typeof count !== 'number') return fail(`the scores "${scores.name}" are of no fixed number`);
  const chosen = b.input('chosen', 'float32', [1, count]);
  const score = b.reduceSum(b.mul(logits, b.cast(chosen, logits.dtype ?? 'float32')), [1], false);
  const { blocks, mlps, rest } = decomposeAll(b, wholeTransformer(input, scores, 'heads'), score);
  const flat = (name: string, values: readonly Value[]) => b.named(name, b.cast(b.concat(values, 1), 'float32'));
  const column = (value: Value) => b.unsqueeze(value, [1]);
  const outputs = [
    flat('parts/scores', [logits]),
    flat(
      'parts/heads',
      blocks.map(({ contributions }) => b.reduceSum(contributions, [2], false)),
    ),
    flat('parts/others', [...mlps.map(({ contribution }) => contribution), rest].map(column)),
  ];
  const session = await runtime.load(new Graph({ ...graph, inputs: [...graph.inputs, chosen], outputs }), { weights });
  const run = async (image: FloatArray, target: number) => {
    checkInput(image);
    const oneHot = Float32Array.from({ length: count }, (_, i) => Number(i === target));
    const results = await session.run({ ...given, [input.name]: image, [chosen.name]: { shape: [1, count], data: oneHot } });
    return outputs.map((value) => (results[value.name] as FloatArray).data);
  };
  const names = blocks.flatMap(({ attention }, block) => Array.from({ length: attention.heads }, (_, head) => ({ block, head })));
  return {
    scores: async (image) => (await run(image, 0))[0]!,
    parts: async (image, target) => {
      if (!(target >= 0 && target < count))
        fail(`target ${target} is out of range: there are ${count} scores, 0 to ${count - 1}`);
      const [all, heads, others] = (await run(image, target)) as [Float32Array, Float32Array, Float32Array];
      return {
        score: all[target]!,
        heads: names.map((named, i) => ({ ...named, contribution: heads[i]! })),
        mlps: mlps.map(({ block }, i) => ({ block, contribution: others[i]! })),
        rest: others[mlps.length]!,
      };
    },
    dispose: () => session.dispose(),
  };
}

/** The mean of each head's contributions over images: what mean ablation puts in its place. */
export function meanContributions(images: readonly ScoreParts[]): Contribution[] {
  const [first] = images;
  if (!first) return fail('a mean of contributions needs images');
  return first.heads.map(({ block, head }, i) => ({
    block,
    head,
    contribution: images.reduce((sum, { heads }) => sum + heads[i]!.contribution, 0) / images.length,
  }));
}

/**
 * The score where heads add nothing of their own: direct effects alone, what later blocks make of them stays. Gandelsman et al., ICLR
 * 2024, section 3.2.
 * @param means what stands in their place, by head (mean ablation); without, zero
 */
export function ablatedScore(
  { score, heads }: ScoreParts,
  without: readonly HeadName[],
  means?: readonly Contribution[],
): number {
  const find = (all: readonly Contribution[], { block, head }: HeadName) =>
    all.find((one) => one.block === block && one.head === head) ?? fail(`the model has no head ${block}.${head}`);
  return without.reduce(
    (left, head) => left - find(heads, head).contribution + (means ? find(means, head).contribution : 0),
    score,
  );
}
