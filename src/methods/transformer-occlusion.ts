import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { tokenAxis } from '../transformers/readout.js';
import { type Transformer, wholeTransformer } from '../transformers/transformer.js';
import { filled, inBatches } from './batches.js';
import { defineMethod } from './method.js';
import { startsOf } from './occlusion.js';
import { substitute } from './substitute.js';
import { scoreByOption, targetScore } from './target-score.js';
import { withoutTokens } from './without-tokens.js';

/**
 * Occlusion of tokens: how far the score falls without a patch, or a window of patches. The patch's token is taken from the sequence, so
 * that the model sees no baseline colour, but fewer tokens; each patch has the mean over the windows that cover it. Naseer et al.,
 * NeurIPS 2021, section 3.1 (dropped patches); Zeiler and Fergus 2014, section 4.2 (the score's fall, by place).
 */
export const transformerOcclusion = defineMethod({
  name: 'transformer-occlusion',
  summary: 'how far the score falls when a patch is taken from the sequence of tokens',
  reference: 'Naseer et al., NeurIPS 2021, section 3.1',
  space: 'tokens',
  signed: true,
  options: {
    window: { type: 'number', default: 1, min: 1, integer: true, description: 'side of the window that is taken, in patches' },
    stride: {
      type: 'number',
      default: 1,
      min: 1,
      integer: true,
      description: 'step of the window, in patches; at most its side',
    },
    mode: {
      type: 'choice',
      choices: ['drop', 'mean', 'zero'],
      default: 'drop',
      description:
        "drop: no other token attends to the patch's, nor does a mean count it; mean, zero: before the first block, it holds the mean of all patches, or zeros",
    },
    ...targetScore,
  },
  scoreOf: scoreByOption,
  prepare: async ({ load, batch, options }) => {
    const { window, stride, mode } = options;
    let sizes: Pick<Transformer, 'tokens'>['tokens'] | undefined;
    const piece = await load(({ b, feed, rows, input, logits, score }) => {
      const transformer = wholeTransformer(input, logits, 'transformer-occlusion');
      sizes = transformer.tokens;
      const seen = feed('seen', [rows, sizes.count]);
      return {
        score: mode === 'drop' ? withoutTokens(b, transformer, score, seen) : replacedTokens(b, transformer, score, seen, mode),
      };
    });
    const { count, first, grid } = sizes!;
    const [height, width] = grid;
    if (window >= Math.max(height, width))
      fail(`transformer-occlusion: window ${window} leaves nothing of ${height} x ${width} patches`);
    if (window > Math.min(height, width))
      fail(`transformer-occlusion: window ${window} is larger than the grid of ${height} x ${width} patches`);
    if (stride > window)
      fail(`transformer-occlusion: stride ${stride} is larger than the window, ${window}, so that patches between are left out`);
    const windows = startsOf(height, window, stride).flatMap((top) =>
      startsOf(width, window, stride).map((left) =>
        Array.from({ length: window * window }, (_, i) => [top + Math.floor(i / window), left + (i % window)] as const)
          .filter(([row, column]) => row < height && column < width)
          .map(([row, column]) => row * width + column),
      ),
    );
    return async function* (row) {
      // The first run takes nothing away.
      const scores = yield* inBatches(windows.length + 1, batch.forward, async (from, size) => {
        const seen = filled(size, [count], (i, into) => {
          into.fill(1);
          for (const patch of windows[from + i - 1] ?? []) into[first + patch] = 0;
        });
        return (await piece(row, { seen }, size)).score!.data;
      });
      const [falls, counts] = [new Float64Array(height * width), new Float64Array(height * width)];
      windows.forEach((patches, i) => {
        for (const patch of patches) {
          falls[patch]! += scores[0]! - scores[i + 1]!;
          counts[patch]!++;
        }
      });
      return { attribution: { shape: [1, height, width], data: Float32Array.from(falls, (fall, i) => fall / counts[i]!) } };
    };
  },
});

/** The score where tokens that are not seen hold something else from the first block on. */
function replacedTokens(
  b: Builder,
  { blocks, stream, tokens: { count, first, grid } }: Transformer,
  score: Value,
  seen: Value,
  mode: 'mean' | 'zero',
): Value {
  const [step] = stream;
  const start = step?.attention === blocks[0] ? step?.sum.producer?.inputs.find((value) => value !== step.branch) : undefined;
  if (!start || tokenAxis(start, count) < 0)
    return fail(
      'transformer-occlusion: the blocks of the model do not add to one stream of tokens whose start could be replaced; use mode=drop',
    );
  const axis = tokenAxis(start, count);
  const known = b.cast(
    axis === 1 ? b.unsqueeze(seen, [2]) : b.unsqueeze(b.transpose(seen, [1, 0]), [2]),
    start.dtype ?? 'float32',
  );
  const patches = grid[0] * grid[1];
  const mean = () => b.reduceMean(b.slice(start, { starts: [first], ends: [first + patches], axes: [axis] }), [axis]);
  const kept = b.mul(start, known);
  const replaced = mode === 'zero' ? kept : b.add(kept, b.mul(b.sub(1, known), mean()));
  return substitute(b, { ends: [score], replaced: new Map([[start, replaced]]) })(score);
}
