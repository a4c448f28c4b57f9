/** Names the heads of an image-text model: collects what each adds to the embeddings of images, and looks for texts along which it varies. */
import { fail } from '../../errors.js';
import { Builder } from '../../onnx/builder.js';
import { Graph } from '../../onnx/graph.js';
import { namesOf } from '../../onnx/rewrite.js';
import type { FloatArray } from '../../tensor/tensor.js';
import { transformerBetween } from '../../transformers/transformer.js';
import type { Model } from '../explanation.js';
import { checkInput } from '../rows.js';
import { imageInput, prepare } from '../subject.js';
import { type Texts, unitRows } from '../text-scores.js';
import { nameHead } from './naming.js';
import { headVectors } from './vectors.js';

export interface NamedHead {
  readonly block: number;
  readonly head: number;
  /** Texts in the order in which they were taken; how much of the head's variance they account for so far. */
  readonly texts: readonly { readonly phrase: string; readonly explained: number }[];
}

export interface NameOptions {
  /** Blocks from zero; by default the last four, whose direct effects are by far the largest. */
  readonly blocks?: readonly number[] | undefined;
  /** Texts per head. */
  readonly count?: number;
  readonly onImage?: (done: number) => void;
}

/**
 * @param images the model's input, one [1, ...] after another, all of one size; two at least
 * @throws UserError if the model has no residual stream to read, or texts are of another length than embeddings
 */
export async function nameHeads(
  model: Model,
  texts: Texts,
  images: AsyncIterable<FloatArray> | Iterable<FloatArray>,
  { blocks, count = 5, onImage }: NameOptions = {},
): Promise<NamedHead[]> {
  const rows: Float32Array[] = [];
  let loaded: Awaited<ReturnType<typeof loadVectors>> | undefined;
  for await (const image of images) {
    checkInput(image);
    loaded ??= await loadVectors(model, image.shape, blocks);
    rows.push(await loaded.run(image));
    onImage?.(rows.length);
  }
  if (!loaded || rows.length < 2) return fail('heads are named by how they differ between images: give two or more');
  await loaded.dispose();
  const { indices, heads, width } = loaded;
  if (texts.vectors.shape[1] !== width)
    fail(`the text vectors have ${texts.vectors.shape[1]} numbers, and embeddings of the model have ${width}`);
  const directions = splitRows(unitRows(texts.vectors), width);
  return indices.flatMap((block, place) =>
    Array.from({ length: heads }, (_, head) => {
      const start = (place * heads + head) * width;
      const vectors = rows.map((row) => Float64Array.from(row.subarray(start, start + width)));
      const named = nameHead(vectors, directions, { count });
      return { block, head, texts: named.map(({ text, explained }) => ({ phrase: texts.phrases[text]!, explained })) };
    }),
  );
}

async function loadVectors({ graph: original, runtime, weights }: Model, shape: readonly number[], blocks?: readonly number[]) {
  const { name } = imageInput(original);
  const { graph, input, scores } = prepare(original, { sizes: { [name]: [-1, ...shape.slice(1)] } });
  const transformer = transformerBetween(input, scores);
  const all = transformer.reading.map((_, i) => i);
  const indices = blocks ?? all.slice(-4);
  const wrong = indices.find((index) => !all.includes(index));
  if (wrong !== undefined) fail(`the blocks of the model are 0 to ${all.length - 1}, and ${wrong} is none of them`);
  const b = new Builder(graph.details.opset, namesOf(graph));
  const chosen = indices.map((index) => transformer.reading[index]!);
  const vectors = b.named('head_vectors', headVectors(b, transformer, scores, chosen));
  const session = await runtime.load(new Graph({ ...graph, outputs: [vectors] }), { weights });
  return {
    indices,
    heads: chosen[0]!.heads,
    width: vectors.shape!.at(-1) as number,
    run: async (image: FloatArray) => (await session.run({ [input.name]: image }))[vectors.name]!.data as Float32Array,
    dispose: () => session.dispose(),
  };
}

function splitRows(data: Float32Array, width: number): Float64Array[] {
  return Array.from({ length: data.length / width }, (_, i) => Float64Array.from(data.subarray(i * width, (i + 1) * width)));
}
