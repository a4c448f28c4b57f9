/** Loads what yields the relevance of a text's tokens for its cosine with an image. */
import { fail } from '../../errors.js';
import type { Feeds } from '../../methods/method.js';
import { Builder } from '../../onnx/builder.js';
import { Graph } from '../../onnx/graph.js';
import { plain } from '../../onnx/plain.js';
import { namesOf } from '../../onnx/rewrite.js';
import { canoniseTransformers } from '../../transformers/canonise.js';
import { asRows } from '../evaluation.js';
import type { Model } from '../explanation.js';
import { unitRows } from '../text-scores.js';
import { tokenEmbeddings } from './embeddings.js';
import { type TextMethod, textMethods } from './methods.js';

/** A text as its tower takes it. */
export interface TextInput {
  readonly tower: Pick<Model, 'graph' | 'weights' | 'runtime'>;
  /** Names of the input with the ids of the tokens, and of the output with the text's vector. */
  readonly ids: string;
  readonly output: string;
  /** All inputs of the tower, for one text: [1, T]. */
  readonly feeds: Feeds;
}

export interface TokenRelevances {
  readonly cosine: number;
  /** One number per token, padding included. */
  readonly values: Float32Array;
}

export interface LoadedText {
  /** @param image its embedding, of any length but zero */
  readonly explain: (image: Float32Array) => Promise<TokenRelevances>;
  readonly dispose: () => Promise<void>;
}

const IMAGE = 'image_vector';

/** @throws UserError if the tower is not of a form that the method can explain */
export async function loadText({ tower, ids, output, feeds }: TextInput, method: TextMethod): Promise<LoadedText> {
  const sizes = Object.fromEntries(Object.entries(feeds).map(([name, { shape }]) => [name, shape]));
  const graph = canoniseTransformers(plain(tower.graph, { sizes }).graph);
  // Scales that depend on the text would take their share of relevance.
  if (method === 'attn-lrp' && graph.nodes.some(({ op }) => op === 'DynamicQuantizeLinear'))
    fail('attn-lrp has no rules for the scales of a dynamically quantised text tower; take input-x-gradient or occlusion');
  const [input, vector] = [graph.find(ids), graph.find(output)];
  if (!input || !vector) return fail(`the text tower has no input "${ids}" or no output "${output}"`);
  const b = new Builder(graph.details.opset, namesOf(graph));
  const own = asRows(b, vector);
  const image = b.input(IMAGE, own.dtype ?? 'float32', [1, own.shape?.[1] ?? IMAGE]);
  const score = b.div(b.reduceSum(b.mul(own, image), [1], false), b.reduce('ReduceL2', own, [1], false));
  const relevance = textMethods[method]({ b, embeddings: tokenEmbeddings(input, vector), score });
  const outputs = [b.named('cosine', score), b.named('relevance', b.cast(relevance, 'float32'))];
  const whole = new Graph({ ...graph, inputs: [...graph.inputs, image], outputs });
  const session = await tower.runtime.load(whole, { weights: tower.weights });
  return {
    explain: async (vector) => {
      const shape = [1, vector.length];
      const results = await session.run({ ...feeds, [image.name]: { shape, data: unitRows({ shape, data: vector }) } });
      return { cosine: Number(results.cosine!.data[0]), values: results.relevance!.data as Float32Array };
    },
    dispose: () => session.dispose(),
  };
}
