/** What perturbation methods share: the score of the input with some places hidden behind a baseline. */
import type { Value } from '../onnx/graph.js';
import { filled, inBatches } from './batches.js';
import { imageGrid, overChannels } from './layout.js';
import type { Layout, PieceContext, Progress, Row, Workbench } from './method.js';

/** x where the mask [N, 1, H, W] is 1, the baseline where it is 0. */
export function blended({ b }: Pick<PieceContext, 'b'>, x: Value, baseline: Value, mask: Value, layout: Layout): Value {
  return b.add(baseline, b.mul(overChannels(b, mask, layout), b.sub(x, baseline)));
}

/**
 * Yields what runs the input behind `count` masks, each [H, W] as `mask` fills it in; the picture is masked in the graph.
 */
export async function maskedScores({ load, shape, layout, batch }: Pick<Workbench, 'load' | 'shape' | 'layout' | 'batch'>) {
  const [height, width] = imageGrid(shape, layout) as [number, number];
  const piece = await load((context) => {
    const { feed, rows, input, replace } = context;
    const mask = feed('mask', [rows, 1, height, width]);
    return { score: replace(input, blended(context, feed('x', shape), feed('baseline', shape), mask, layout)).score };
  });
  return (
    row: Row,
    baseline: Float32Array,
    count: number,
    mask: (i: number, into: Float32Array) => void,
  ): AsyncGenerator<Progress, Float32Array> =>
    inBatches(count, batch.forward, async (first, size) => {
      const masks = filled(size, [1, height, width], (i, into) => mask(first + i, into));
      const feeds = { x: row.input, baseline: { shape, data: baseline }, mask: masks };
      return (await piece(row, feeds, size)).score!.data;
    });
}
