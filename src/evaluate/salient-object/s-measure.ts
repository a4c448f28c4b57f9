/** S-measure: does the map have the structure of the truth, as objects and as regions? */
import type { HeatMap } from '../map/heat-map.js';
import { mean, standardDeviation } from '../statistics/moments.js';
import { EPSILON, type Prediction, readPrediction } from './prediction.js';

/**
 * alpha x object part + (1 - alpha) x region part; 0 to 1, higher is better. Fan et al., ICCV 2017; equal to PySODMetrics. Needs no threshold. With an empty
 * truth it is 1 - mean, with a full one the mean.
 * @throws UserError if the sizes differ
 */
export function sMeasure(prediction: HeatMap, truth: HeatMap, alpha = 0.5): number {
  const read = readPrediction(prediction, truth);
  const share = read.area / read.values.length;
  if (share === 0) return 1 - mean(read.values);
  if (share === 1) return mean(read.values);
  return Math.max(0, alpha * objectPart(read, share) + (1 - alpha) * regionPart(read));
}

/** How high and how even the map is on the object, and how low and even beside it. */
function objectPart({ values, truth }: Prediction, share: number): number {
  const inside = Array.from(values).filter((_, i) => truth[i]);
  const outside = Array.from(values, (value) => 1 - value).filter((_, i) => !truth[i]);
  return share * evenness(inside) + (1 - share) * evenness(outside);
}

function evenness(values: readonly number[]): number {
  const level = mean(values);
  const spread = values.length > 1 ? standardDeviation(values, true) : 0;
  return (2 * level) / (level * level + 1 + spread + EPSILON);
}

/** The image is cut in four at the truth's centroid; each quarter's similarity weighs by its area. */
function regionPart(read: Prediction): number {
  const { width, height } = read;
  const [x, y] = centroid(read);
  const quarters: [left: number, right: number, top: number, bottom: number][] = [
    [0, x, 0, y],
    [x, width, 0, y],
    [0, x, y, height],
    [x, width, y, height],
  ];
  return quarters.reduce((sum, [left, right, top, bottom]) => {
    const area = (right - left) * (bottom - top);
    if (area === 0) return sum;
    const [predicted, truth]: [number[], number[]] = [[], []];
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        predicted.push(read.values[row * width + column]!);
        truth.push(read.truth[row * width + column] ? 1 : 0);
      }
    }
    return sum + (area / (width * height)) * structure(predicted, truth);
  }, 0);
}

function centroid({ width, truth, area }: Prediction): [x: number, y: number] {
  let [x, y] = [0, 0];
  truth.forEach((inside, i) => {
    if (!inside) return;
    x += i % width;
    y += Math.floor(i / width);
  });
  return [roundHalfEven(x / area) + 1, roundHalfEven(y / area) + 1];
}

/** As numpy rounds. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return value % 1 === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

/** The SSIM of two whole regions, without its stabilising constants. */
function structure(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [varianceA, varianceB, covariance] = [0, 0, 0];
  a.forEach((value, i) => {
    varianceA += (value - meanA) ** 2;
    varianceB += (b[i]! - meanB) ** 2;
    covariance += (value - meanA) * (b[i]! - meanB);
  });
  const n = Math.max(a.length - 1, 1);
  const numerator = (4 * meanA * meanB * covariance) / n;
  const denominator = ((meanA ** 2 + meanB ** 2) * (varianceA + varianceB)) / n;
  if (numerator !== 0) return numerator / (denominator + EPSILON);
  return denominator === 0 ? 1 : 0;
}
