/** ROAD: removal of exact shares of pixels, with imputation instead of a visible hole. */
import type { HeatMap } from '../map/heat-map.js';
import { descending, firstOf } from '../map/ranking.js';
import { type ImputationOptions, linearImputation } from './linear-imputation.js';
import { checkMapFits, type Pixels, type Score, scoreEach } from './pixels.js';

export interface RoadOptions extends ImputationOptions {
  /** Shares of pixels removed. Default those of the paper: 10, 20, 30, 40, 50, 70 and 90 %. */
  readonly fractions?: readonly number[];
  /** Most relevant pixels first (lower scores are better), or least relevant first (higher are better). Default `morf`. */
  readonly order?: 'morf' | 'lerf';
}

export interface RoadCurve {
  /** Share of pixels removed. In the authors' code LeRF counts the share kept instead. */
  readonly fractions: readonly number[];
  readonly scores: readonly number[];
  readonly mean: number;
}

const paperFractions = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9];

/**
 * Scores after exact shares of the pixels were removed and imputed. The mean has the range of the score; MoRF: lower is better, LeRF: higher. Rong et al.,
 * "ROAD", ICML 2022.
 *
 * Exact counts, ties in an order drawn by the seed: thresholding by percentile, as pytorch-grad-cam does, removes every pixel of a rectified map at once
 * when most of it is 0. Quantus' ROAD fails on colour images.
 * @throws UserError if the map has another size than the image
 */
export async function road(score: Score, image: Pixels, map: HeatMap, options: RoadOptions = {}): Promise<RoadCurve> {
  checkMapFits(image, map);
  const { fractions = paperFractions, order = 'morf', seed = 0 } = options;
  const strongestFirst = descending(map.data, { seed });
  const removal = order === 'morf' ? strongestFirst : strongestFirst.reverse();
  const scores = await scoreEach(score, imputed(image, removal, fractions, options));
  return { fractions, scores, mean: scores.reduce((sum, value) => sum + value, 0) / scores.length };
}

/** (LeRF - MoRF) / 2, pytorch-grad-cam's `ROADCombined`: higher is better, 0 for a map without information. */
export async function roadCombined(score: Score, image: Pixels, map: HeatMap, options: RoadOptions = {}): Promise<number> {
  const morf = await road(score, image, map, { ...options, order: 'morf' });
  const lerf = await road(score, image, map, { ...options, order: 'lerf' });
  return (lerf.mean - morf.mean) / 2;
}

function* imputed(image: Pixels, order: Int32Array, fractions: readonly number[], options: RoadOptions): Generator<Pixels> {
  for (const fraction of fractions) {
    yield linearImputation(image, firstOf(order, Math.floor(fraction * order.length)), options);
  }
}
