/** Weights of heads: how much each looks at the object that a text names, measured on images in which the object is marked. */
import { fail } from '../../errors.js';
import { type Plane, project, type View } from '../../image/index.js';
import { Builder } from '../../onnx/builder.js';
import { Graph } from '../../onnx/graph.js';
import { namesOf } from '../../onnx/rewrite.js';
import type { FloatArray } from '../../tensor/tensor.js';
import { decompose } from '../../transformers/decomposition.js';
import { filteredMaps, type MapFilter } from '../../transformers/registers.js';
import { patchMap } from '../../transformers/tokens.js';
import { transformerBetween } from '../../transformers/transformer.js';
import type { Model } from '../explanation.js';
import { checkInput } from '../rows.js';
import { imageInput, prepare } from '../subject.js';
import { comparedWithTexts, type Texts } from '../text-scores.js';

export interface MarkedImage {
  /** The model's input, [1, ...]. */
  readonly input: FloatArray;
  /** Index of the text that names what is marked. */
  readonly text: number;
  /** Above zero where the object is; of the photo's size. */
  readonly mask: Plane;
  /** How the model's input lies over the photo. */
  readonly view: View;
}

export interface WeightOptions {
  /** How fast a weight rises with the overlap. */
  readonly alpha?: number;
  /** From where on a head's map counts as looking: its mean, or zero. */
  readonly threshold?: 'mean' | 'zero';
  /** What takes registers out of the maps; the median of 3 x 3 patches. */
  readonly filter?: MapFilter;
  readonly onImage?: (done: number) => void;
}

/**
 * w = mean over images of 1 - exp(-alpha IoU), the IoU of the mask and of where a head's median-filtered contributions, rectified, are
 * above the threshold. Kazmierczak et al. 2025, equation 5.
 * @returns [blocks, heads]
 */
export async function headWeights(
  model: Model,
  texts: Texts,
  images: AsyncIterable<MarkedImage> | Iterable<MarkedImage>,
  { alpha = 10, threshold = 'mean', filter = 'median', onImage }: WeightOptions = {},
): Promise<FloatArray> {
  let loaded: Awaited<ReturnType<typeof loadMaps>> | undefined;
  const totals: number[] = [];
  let count = 0;
  for await (const { input, text, mask, view } of images) {
    checkInput(input);
    if (mask.width !== view.photo.width || mask.height !== view.photo.height)
      fail(`a mask is ${mask.width} x ${mask.height}, and its photo ${view.photo.width} x ${view.photo.height}`);
    loaded ??= await loadMaps(model, texts, input.shape, filter);
    const maps = await loaded.run(input, text);
    const [heads, height, width] = maps.shape.slice(1) as [number, number, number];
    for (let head = 0; head < heads; head++) {
      const data = maps.data.slice(head * height * width, (head + 1) * height * width);
      const map = project({ width, height, data }, view);
      totals[head] = (totals[head] ?? 0) + 1 - Math.exp(-alpha * overlap(map, mask, threshold));
    }
    count++;
    onImage?.(count);
  }
  if (!loaded) return fail('weights of heads are measured on images: give some');
  await loaded.dispose();
  return { shape: [loaded.blocks, totals.length / loaded.blocks], data: Float32Array.from(totals, (total) => total / count) };
}

/** A session that yields the filtered contributions of all heads, [1, blocks x heads, rows, columns], for one of the texts. */
async function loadMaps({ graph: original, runtime, weights }: Model, texts: Texts, shape: readonly number[], filter: MapFilter) {
  const { name } = imageInput(original);
  const prepared = prepare(original, { sizes: { [name]: [-1, ...shape.slice(1)] } });
  const { graph, input, scores, given } = comparedWithTexts(prepared, texts);
  const transformer = transformerBetween(input, scores);
  const b = new Builder(graph.details.opset, namesOf(graph));
  const chosen = b.input('chosen', 'float32', [1, texts.phrases.length]);
  const parts = decompose(b, transformer, b.reduceSum(b.mul(scores, chosen), [1], false));
  const maps = parts.map(({ contributions, attention }) => patchMap(b, transformer.tokens, contributions, attention.keys));
  const filtered = b.named('head_maps', filteredMaps(b, transformer, b.concat(maps, 1), filter));
  const session = await runtime.load(new Graph({ ...graph, inputs: [...graph.inputs, chosen], outputs: [filtered] }), {
    weights,
  });
  const oneHot = (text: number) => Float32Array.from(texts.phrases, (_, i) => Number(i === text));
  return {
    blocks: parts.length,
    run: async (image: FloatArray, text: number) => {
      const feeds = { ...given, [input.name]: image, [chosen.name]: { shape: [1, texts.phrases.length], data: oneHot(text) } };
      return (await session.run(feeds))[filtered.name] as FloatArray;
    },
    dispose: () => session.dispose(),
  };
}

/** Intersection over union of the mask and of where a map, rectified, is above its mean or zero; 0 where both are empty. */
export function overlap(map: Plane, mask: Plane, threshold: 'mean' | 'zero'): number {
  const positive = map.data.map((value) => Math.max(0, value));
  const level = threshold === 'zero' ? 0 : positive.reduce((sum, value) => sum + value, 0) / positive.length;
  let [both, either] = [0, 0];
  positive.forEach((value, i) => {
    const [looks, marked] = [value > level, mask.data[i]! > 0];
    if (looks && marked) both++;
    if (looks || marked) either++;
  });
  return either ? both / either : 0;
}
