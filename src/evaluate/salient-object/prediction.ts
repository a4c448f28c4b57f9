/** Prediction and truth as the salient-object benchmarks read them, and the counts at every threshold. */
import { fail } from '../../errors.js';
import { checkSameSize, type HeatMap } from '../map/heat-map.js';
import { pairwiseSum } from '../statistics/pairwise-sum.js';

/** The measures' eps, numpy's `spacing(1)`. */
export const EPSILON = Number.EPSILON;

export interface Prediction {
  readonly width: number;
  readonly height: number;
  /** Min-max scaled to 0 to 1. */
  readonly values: Float64Array;
  readonly truth: readonly boolean[];
  /** Number of true pixels. */
  readonly area: number;
}

/**
 * An 8-bit prediction, min-max scaled, and an 8-bit truth, cut above 128, as PySODMetrics reads them. A constant prediction stays as it is, over 255.
 * @param prediction 0 to 255; float maps are scaled to that first, see {@link asBytes}
 * @throws UserError if the sizes differ
 */
export function readPrediction(prediction: HeatMap, truth: HeatMap): Prediction {
  checkSameSize(prediction, truth, ['prediction', 'truth']);
  const values = Float64Array.from(prediction.data, (value) => value / 255);
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  if (high > low) for (let i = 0; i < values.length; i++) values[i] = (values[i]! - low) / (high - low);
  const inside = Array.from(truth.data, (value) => value > 128);
  return { width: prediction.width, height: prediction.height, values, truth: inside, area: inside.filter(Boolean).length };
}

/** A float map on 0 to 255 by min-max, rounded: what saving it as a grey PNG does. */
export function asBytes({ width, height, data }: HeatMap): HeatMap {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i]!)) fail(`the map holds ${data[i]} at element ${i}`);
    low = Math.min(low, data[i]!);
    high = Math.max(high, data[i]!);
  }
  const scale = high > low ? 255 / (high - low) : 0;
  return { width, height, data: Float64Array.from(data, (value) => Math.round((value - low) * scale)) };
}

/**
 * Twice the mean, at most 1: the threshold of the "adaptive" measures (Achanta et al., CVPR 2009). Summed as NumPy does: values often equal the
 * threshold to the last digit, and rounding decides on which side they fall.
 */
function adaptiveThreshold({ values }: Prediction): number {
  return Math.min((2 * pairwiseSum(values)) / values.length, 1);
}

/** Pixels at or above a threshold, inside and outside of the truth. */
export interface Counts {
  readonly inside: number;
  readonly outside: number;
}

function countsAbove({ values, truth }: Prediction, threshold: number): Counts {
  let [inside, outside] = [0, 0];
  values.forEach((value, i) => {
    if (value < threshold) return;
    if (truth[i]) inside++;
    else outside++;
  });
  return { inside, outside };
}

/** The counts at the 256 thresholds 255, 254 ... 0 of the prediction cut (not rounded) to bytes. */
function countsByThreshold({ values, truth }: Prediction): Counts[] {
  const [inside, outside] = [new Float64Array(256), new Float64Array(256)];
  values.forEach((value, i) => {
    (truth[i] ? inside : outside)[Math.trunc(value * 255)]!++;
  });
  let [insideSum, outsideSum] = [0, 0];
  return Array.from({ length: 256 }, (_, k) => {
    insideSum += inside[255 - k]!;
    outsideSum += outside[255 - k]!;
    return { inside: insideSum, outside: outsideSum };
  });
}

/** A measure at the adaptive threshold, and its maximum and mean over all 256. */
export interface ByThreshold {
  readonly adaptive: number;
  readonly max: number;
  readonly mean: number;
}

export function byThreshold(prediction: Prediction, measure: (counts: Counts) => number): ByThreshold {
  const all = countsByThreshold(prediction).map(measure);
  return {
    adaptive: measure(countsAbove(prediction, adaptiveThreshold(prediction))),
    max: Math.max(...all),
    mean: all.reduce((sum, value) => sum + value, 0) / all.length,
  };
}
