/**
 * Concept scores: how much an image has of each of some texts, whole and in the parts that CHILI takes it apart into. As the input of a concept
 * bottleneck. Kazmierczak et al. 2025, arXiv 2510.07115, section 4.
 */
import { headWeights } from '../../methods/chili.js';
import { Builder } from '../../onnx/builder.js';
import { Graph, type Value } from '../../onnx/graph.js';
import { namesOf } from '../../onnx/rewrite.js';
import type { NamedArray } from '../../options.js';
import type { FloatArray } from '../../tensor/tensor.js';
import { decompose } from '../../transformers/decomposition.js';
import { filteredMaps, type MapFilter } from '../../transformers/registers.js';
import { patchMap } from '../../transformers/tokens.js';
import { wholeTransformer } from '../../transformers/transformer.js';
import type { Model } from '../explanation.js';
import { checkInput } from '../rows.js';
import { imageInput, prepare } from '../subject.js';
import { comparedWithTexts, type Texts } from '../text-scores.js';

/** Of one text. Object, context and register add up to what heads gather from patches, not to the whole score. */
export interface ConceptScore {
  /** The cosine. */
  readonly score: number;
  /** Sum over patches of w f(A): A a head's contributions, f what takes registers out, w how much the head looks at objects. */
  readonly object: number;
  /** Of (1 - w) f(A). */
  readonly context: number;
  /** Of A - f(A). */
  readonly register: number;
}

const parts = ['score', 'object', 'context', 'register'] as const;

/** Texts that share one run. */
const TOGETHER = 16;

/**
 * @param weights of heads, [blocks, heads]
 * @param shape of the image input
 * @param options.filter what takes registers out of the maps; the median of 3 x 3 patches
 * @throws UserError if the model's score is no sum along a residual stream, or there are weights for other heads
 */
export async function loadConcepts(
  { graph: original, runtime, weights: files }: Model,
  texts: Texts,
  weights: NamedArray,
  shape: readonly number[],
  { filter = 'median' }: { readonly filter?: MapFilter } = {},
): Promise<{ readonly run: (image: FloatArray) => Promise<ConceptScore[]>; readonly dispose: () => Promise<void> }> {
  const { name } = imageInput(original);
  const prepared = prepare(original, { sizes: { [name]: [-1, ...shape.slice(1)] } });
  const { graph, input, scores, given } = comparedWithTexts(prepared, texts);
  const transformer = wholeTransformer(input, scores, 'concepts');
  const b = new Builder(graph.details.opset, namesOf(graph));
  const count = texts.phrases.length;
  const together = Math.min(count, TOGETHER);
  const chosen = b.input('chosen', 'float32', [together, count]);
  const ofText = (slot: number): Value[] => {
    const one = b.slice(chosen, { starts: [slot], ends: [slot + 1], axes: [0] });
    const score = b.reduceSum(b.mul(scores, one), [1], false);
    const blocks = decompose(b, transformer, score);
    const maps = blocks.map(({ contributions, attention }) => patchMap(b, transformer.tokens, contributions, attention.keys));
    const all = b.concat(maps, 1);
    const filtered = filteredMaps(b, transformer, all, filter);
    const object = headWeights(b, weights, blocks.length, blocks[0]!.attention.heads);
    const total = (value: Value) => b.reduceSum(value, [1, 2, 3], false);
    return [score, total(b.mul(filtered, object)), total(b.mul(filtered, b.sub(1, object))), total(b.sub(all, filtered))];
  };
  const columns = Array.from({ length: together }, (_, slot) => ofText(slot)).flat();
  const table = b.named(
    'concepts',
    b.concat(
      columns.map((value) => b.unsqueeze(value, [1])),
      1,
    ),
  );
  const session = await runtime.load(new Graph({ ...graph, inputs: [...graph.inputs, chosen], outputs: [table] }), {
    weights: files,
  });
  return {
    run: async (image) => {
      checkInput(image);
      const found: ConceptScore[] = [];
      for (let first = 0; first < count; first += together) {
        const oneHot = Float32Array.from({ length: together * count }, (_, i) =>
          Number(i % count === first + Math.floor(i / count)),
        );
        const feeds = { ...given, [input.name]: image, [chosen.name]: { shape: [together, count], data: oneHot } };
        const { data } = (await session.run(feeds))[table.name] as FloatArray;
        for (let slot = 0; slot < Math.min(together, count - first); slot++) {
          const values = parts.map((part, i) => [part, data[slot * parts.length + i]!]);
          found.push(Object.fromEntries(values) as Record<(typeof parts)[number], number>);
        }
      }
      return found;
    },
    dispose: () => session.dispose(),
  };
}
