/** Pixel flipping: the curve of the score as the strongest pixels turn black. */
import type { HeatMap } from '../map/heat-map.js';
import { descending } from '../map/ranking.js';
import { trapezoid } from './perturbation-curve.js';
import {
  checkMapFits,
  constantPixels,
  lowestValue,
  type Pixels,
  pixelCount,
  replacing,
  type Score,
  scoreEach,
} from './pixels.js';

export interface PixelFlippingOptions {
  /** Pixels flipped in each step. Default 1. */
  readonly step?: number;
  /** Default: the smallest value of the image, "black" in Quantus. */
  readonly baseline?: number;
}

/**
 * Scores after each step (the clean score is not among them), and their area with steps of width 1, as Quantus sums it: it grows with the number of steps.
 * The area has the range of score x steps; lower is better. Bach et al., PLoS ONE 2015. Whole pixels are flipped, in all channels; Quantus flips single
 * channel values.
 *
 * Pitfalls: those of deletion; and a black that depends on the image.
 * @throws UserError if the map has another size than the image
 */
export async function pixelFlipping(
  score: Score,
  image: Pixels,
  map: HeatMap,
  { step = 1, baseline = lowestValue(image) }: PixelFlippingOptions = {},
): Promise<{ readonly scores: readonly number[]; readonly area: number }> {
  checkMapFits(image, map);
  const size = pixelCount(image);
  const cuts = Array.from({ length: Math.ceil(size / step) }, (_, k) => Math.min((k + 1) * step, size));
  const scores = await scoreEach(score, replacing(image, constantPixels(image, baseline), descending(map.data), cuts));
  return {
    scores,
    area: trapezoid(
      scores.map((_, i) => i),
      scores,
    ),
  };
}
