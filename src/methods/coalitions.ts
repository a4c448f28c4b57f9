/** Superpixels as players: the score when some of them are seen and the others hidden behind a baseline. */
import { imageOfTensor } from '../image/index.js';
import type { OptionSpecs } from '../options.js';
import { pictureFromImage } from '../saliency/picture.js';
import { slic } from '../saliency/region/slic.js';
import type { FloatArray } from '../tensor/tensor.js';
import { baselineOf, baselineOption } from './baseline.js';
import { filled, inBatches } from './batches.js';
import { imageGrid } from './layout.js';
import { blended } from './masked-scores.js';
import type { Progress, Row, Workbench } from './method.js';

export const segmentOptions = {
  segments: { type: 'number', default: 50, min: 2, max: 2000, integer: true, description: 'about how many superpixels (SLIC)' },
  compactness: { type: 'number', default: 10, min: 0.01, description: 'how square superpixels are' },
  ...baselineOption,
  baseline: { ...baselineOption.baseline, default: 'mean' },
} as const satisfies OptionSpecs;

/** One row's superpixels, and the scores of coalitions of them. */
export interface Game {
  readonly players: number;
  /** Scores of `count` coalitions; `fill` sets the seen players to 1. */
  readonly scores: (count: number, fill: (i: number, seen: Float32Array) => void) => AsyncGenerator<Progress, Float32Array>;
  /** One value for each player, painted over its superpixel: [1, H, W]. */
  readonly painted: (values: ArrayLike<number>) => FloatArray;
}

export async function superpixelGame(bench: Workbench<typeof segmentOptions>): Promise<(row: Row) => Promise<Game>> {
  const { load, shape, layout, batch, options } = bench;
  const [height, width] = imageGrid(shape, layout) as [number, number];
  const baseline = await baselineOf(bench);
  const pieces = new Map<number, ReturnType<typeof loadPiece>>();
  // The number of players is that of a row's superpixels, and known only then.
  const loadPiece = (players: number) =>
    load((context) => {
      const { b, feed, rows, input, replace } = context;
      const seen = b.gather(feed('seen', [rows, players]), feed('labels', [height * width], 'int64'), 1);
      const mask = b.reshape(seen, [-1, 1, height, width]);
      return { score: replace(input, blended(context, feed('x', shape), feed('baseline', shape), mask, layout)).score };
    });
  return async (row) => {
    const picture = pictureFromImage(imageOfTensor(row.input, { layout }));
    const { labels, count: players } = slic(picture, options);
    if (!pieces.has(players)) pieces.set(players, loadPiece(players));
    const piece = await pieces.get(players)!;
    const fixed = {
      x: row.input,
      baseline: { shape, data: await baseline(row) },
      labels: { shape: [height * width], data: BigInt64Array.from(labels, BigInt) },
    };
    return {
      players,
      scores: (count, fill) =>
        inBatches(count, batch.forward, async (first, size) => {
          const seen = filled(size, [players], (i, into) => fill(first + i, into));
          return (await piece(row, { ...fixed, seen }, size)).score!.data;
        }),
      painted: (values) => ({ shape: [1, height, width], data: Float32Array.from(labels, (label) => values[label]!) }),
    };
  };
}
