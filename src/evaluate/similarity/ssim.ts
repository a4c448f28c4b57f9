/** Structural similarity of two maps. */
import { fail } from '../../errors.js';
import { checkSameSize, type HeatMap } from '../map/heat-map.js';

export interface SsimOptions {
  /** Gaussian window of sigma 1.5 and 11 pixels (Wang et al. 2004), or uniform of 7 pixels. Default true. */
  readonly gaussian?: boolean;
  /** Largest minus smallest possible value. It shifts the result a lot, so it is stated and never guessed. Default 1. */
  readonly dataRange?: number;
}

const GAUSSIAN_RADIUS = 5;
const UNIFORM_RADIUS = 3;

/**
 * SSIM, -1 to 1, 1 for equal maps; the mean over places that the window covers wholly. Wang et al., IEEE TIP 2004, equal to
 * `skimage.metrics.structural_similarity` (K1 0.01, K2 0.03, sample covariance).
 *
 * Pitfall: two maps that are nearly black everywhere are "similar" whatever their few bright pixels say.
 * @throws UserError if a side is smaller than the window
 */
export function ssim(a: HeatMap, b: HeatMap, { gaussian = true, dataRange = 1 }: SsimOptions = {}): number {
  checkSameSize(a, b, ['first map', 'second map']);
  const window = gaussian ? gaussianWindow(1.5, GAUSSIAN_RADIUS) : new Float64Array(2 * UNIFORM_RADIUS + 1).fill(1 / 7);
  const side = window.length;
  if (a.width < side || a.height < side) {
    fail(`ssim needs maps of at least ${side}x${side} pixels, these have ${a.width}x${a.height}`);
  }
  const local = (value: (i: number) => number) => windowMeans(a, value, window);
  const meanA = local((i) => a.data[i]!);
  const meanB = local((i) => b.data[i]!);
  const squareA = local((i) => a.data[i]! ** 2);
  const squareB = local((i) => b.data[i]! ** 2);
  const product = local((i) => a.data[i]! * b.data[i]!);
  const sample = side ** 2 / (side ** 2 - 1);
  const [c1, c2] = [(0.01 * dataRange) ** 2, (0.03 * dataRange) ** 2];
  let sum = 0;
  for (let i = 0; i < meanA.length; i++) {
    const [ma, mb] = [meanA[i]!, meanB[i]!];
    const varianceA = sample * (squareA[i]! - ma * ma);
    const varianceB = sample * (squareB[i]! - mb * mb);
    const covariance = sample * (product[i]! - ma * mb);
    sum += ((2 * ma * mb + c1) * (2 * covariance + c2)) / ((ma * ma + mb * mb + c1) * (varianceA + varianceB + c2));
  }
  return sum / meanA.length;
}

function gaussianWindow(sigma: number, radius: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Means under a separable window at every place that lies wholly inside. */
function windowMeans({ width, height }: HeatMap, value: (i: number) => number, window: Float64Array): Float64Array {
  const [columns, rows] = [width - window.length + 1, height - window.length + 1];
  const across = new Float64Array(columns * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < window.length; k++) sum += window[k]! * value(y * width + x + k);
      across[y * columns + x] = sum;
    }
  }
  const means = new Float64Array(columns * rows);
  for (let i = 0; i < means.length; i++) {
    let sum = 0;
    for (let k = 0; k < window.length; k++) sum += window[k]! * across[i + k * columns]!;
    means[i] = sum;
  }
  return means;
}
