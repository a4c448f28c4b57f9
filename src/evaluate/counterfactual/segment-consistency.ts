/** Observation against intervention: do segments with more attribution cost more when removed? */
import { type Pixels, type Score, scoreEach } from '../faithfulness/pixels.js';
import type { HeatMap } from '../map/heat-map.js';
import type { Outcome } from '../model/scorer.js';
import { spearman } from '../similarity/spearman.js';
import { type FillName, fillOf } from './fills.js';
import type { Region } from './regions.js';

/** What the map says of each segment, and what its removal does. */
export interface SegmentConsistency {
  /** Sum of the map over the segment, by label. */
  readonly mass: readonly number[];
  /** f(x) - f(x without it), logit. */
  readonly effect: readonly number[];
  /** Spearman's correlation of both, -1 to 1, higher is better. */
  readonly agreement: number;
}

/**
 * Pitfall: one segment at a time: of two that are each enough, neither has an effect alone, and a map that marks both is judged wrong.
 * @param segments a label from 0 for each pixel: a grid, or superpixels
 */
export async function segmentConsistency(
  score: Score<Outcome>,
  image: Pixels,
  map: HeatMap,
  segments: ArrayLike<number>,
  fill: FillName = 'blur',
): Promise<SegmentConsistency> {
  const labels = Array.from(segments);
  const regions = [...new Set(labels)]
    .sort((a, b) => a - b)
    .map(
      (label): Region => ({
        width: map.width,
        height: map.height,
        data: Uint8Array.from(labels, (one) => Number(one === label)),
      }),
    );
  const put = fillOf(image, fill);
  const [clean] = await score([image]);
  const outcomes = await scoreEach(score, regions.map(put));
  const mass = regions.map(({ data }) => data.reduce((sum: number, inside, i) => sum + inside * map.data[i]!, 0));
  const effect = outcomes.map(({ logit }) => clean!.logit - logit);
  return { mass, effect, agreement: spearman(mass, effect) };
}

/** Labels of an n x n grid. */
export function gridSegments({ width, height }: { readonly width: number; readonly height: number }, n: number): Int32Array {
  return Int32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Math.floor((y * n) / height) * n + Math.floor((x * n) / width);
  });
}
