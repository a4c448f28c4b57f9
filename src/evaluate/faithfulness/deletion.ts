/** Deletion: how fast the score falls when the map's strongest pixels are removed first. */
import type { HeatMap } from '../map/heat-map.js';
import { descending } from '../map/ranking.js';
import { type CurveDialect, type PerturbationCurve, perturbationCurve } from './perturbation-curve.js';
import { checkMapFits, constantPixels, type Pixels, pixelCount, type Score } from './pixels.js';

export interface DeletionOptions {
  /** `torchcam` (default): `steps` steps, stable ties, true shares. `rise`: `step` pixels a step, ties reversed, steps all alike. */
  readonly dialect?: CurveDialect;
  /** Of torch-cam's form. Default 20. */
  readonly steps?: number;
  /** Pixels a step, of RISE's form. Default: a row of the image. */
  readonly step?: number;
  /** What removed pixels become: a value in normalised space, or another image. Default 0, the mean colour for most models. */
  readonly baseline?: number | Pixels;
}

/**
 * The deletion curve. Its AUC has the range of the score; lower is better. Petsiuk et al., "RISE", BMVC 2018 (probabilities); the torch-cam form
 * is `torchcam.metrics.DeletionInsertionMetric`.
 *
 * Pitfalls: images with holes are unlike any the model saw, so part of the fall is shock; scattered, noisy maps break edges everywhere and fall
 * fast; only the map's order counts; a baseline that a method used itself favours it. Read it beside insertion and a random order.
 * @throws UserError if the map has another size than the image
 */
export function deletion(score: Score, image: Pixels, map: HeatMap, options: DeletionOptions = {}): Promise<PerturbationCurve> {
  checkMapFits(image, map);
  const { dialect = 'torchcam', baseline = 0 } = options;
  const to = typeof baseline === 'number' ? constantPixels(image, baseline) : baseline;
  return perturbationCurve(score, { from: image, to, order: orderFor(map, dialect), step: stepFor(map, options), dialect });
}

/** The order of pixels that a dialect makes of a map. */
export function orderFor({ data }: HeatMap, dialect: CurveDialect): Int32Array {
  return descending(data, dialect === 'rise' ? 'reversed' : 'stable');
}

/** Pixels replaced in each step. */
export function stepFor(map: HeatMap, { dialect = 'torchcam', steps = 20, step = map.width }: DeletionOptions): number {
  return dialect === 'rise' ? step : Math.ceil(pixelCount(map) / steps);
}
