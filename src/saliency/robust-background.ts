/** Robust background detection: regions that hang on the border of the picture are background; the rest is optimised against it. */
import { defineSaliency } from './method.js';
import { minMax } from './plane.js';
import { adjacency, onBorder, shortestPaths } from './region/adjacency.js';
import { solveCholesky } from './region/cholesky.js';
import { slic } from './region/slic.js';
import { boundaries, colourDistance, painted, type RegionMeans, regionMeans } from './region/superpixels.js';

const SIGMA_COLOUR = 10;
const SIGMA_PLACE = 0.25;
/** What neighbours are held together by, however different. */
const LEAST_SMOOTHNESS = 0.1;

/** The optimum of background, foreground and smoothness terms (equation 9), on SLIC superpixels; scaled to 0 to 1. */
export const robustBackground = defineSaliency({
  name: 'robust-background',
  summary: 'superpixels by contrast and by how little they are connected to the border, 0 to 1',
  reference: 'Zhu, Liang, Wei, Sun, CVPR 2014',
  options: {
    segments: { type: 'number', integer: true, min: 1, max: 1000, default: 250, description: 'about how many superpixels' },
    compactness: { type: 'number', min: 1e-3, max: 1e4, default: 10, description: 'how square superpixels are' },
  },
  compute(picture, options, show) {
    const superpixels = slic(picture, options);
    const means = regionMeans(superpixels, picture);
    const touching = adjacency(superpixels);
    const border = onBorder(superpixels);
    const background = backgroundWeights(geodesics(means, touching, border), border);
    const foreground = weightedContrast(means, background, picture);
    show?.('superpixels', boundaries(superpixels));
    show?.('background', painted(superpixels, background));
    show?.('contrast to background', painted(superpixels, foreground));
    return minMax(painted(superpixels, optimum(means, touching, background, foreground)));
  },
});

/** Shortest colour distances over neighbours, count x count; all regions on the border are neighbours. */
function geodesics(means: RegionMeans, touching: Uint8Array, border: Uint8Array): Float64Array {
  const count = border.length;
  const distances = new Float64Array(count * count).fill(Infinity);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      if (i === j) distances[i * count + j] = 0;
      else if (touching[i * count + j] || (border[i] && border[j])) distances[i * count + j] = colourDistance(means, i, j);
    }
  }
  shortestPaths(distances, count);
  return distances;
}

/** 1 - exp(-c^2 / 2), c the boundary connectivity: the length of a region's shore on the border over the root of its area. */
function backgroundWeights(distances: Float64Array, border: Uint8Array): Float64Array {
  const count = border.length;
  return Float64Array.from(border, (_, i) => {
    let [area, length] = [0, 0];
    for (let j = 0; j < count; j++) {
      const share = gauss(distances[i * count + j]!, SIGMA_COLOUR);
      area += share;
      length += share * border[j]!;
    }
    const connectivity = length / Math.sqrt(area);
    return 1 - Math.exp(-(connectivity ** 2) / 2);
  });
}

/** Contrast to near regions that are background, scaled to 0 to 1. Places are in parts of the picture's diagonal. */
function weightedContrast(
  means: RegionMeans,
  background: Float64Array,
  { width, height }: { width: number; height: number },
): Float64Array {
  const { x, y } = means;
  const diagonal = Math.hypot(width, height);
  const contrast = Float64Array.from(background, (_, i) => {
    let sum = 0;
    for (let j = 0; j < background.length; j++) {
      const distance = Math.hypot((x[i]! - x[j]!) * width, (y[i]! - y[j]!) * height) / diagonal;
      sum += colourDistance(means, i, j) * gauss(distance, SIGMA_PLACE) * background[j]!;
    }
    return sum;
  });
  return minMax({ width: contrast.length, height: 1, data: contrast }).data;
}

/** The s that minimises sum bg s^2 + sum fg (s - 1)^2 + sum over neighbours w (s_i - s_j)^2. */
function optimum(means: RegionMeans, touching: Uint8Array, background: Float64Array, foreground: Float64Array): Float64Array {
  const count = background.length;
  const matrix = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    // The smallest addition keeps a region without any term from making the matrix singular.
    matrix[i * count + i]! += background[i]! + foreground[i]! + 1e-9;
    for (let j = 0; j < count; j++) {
      if (!touching[i * count + j]) continue;
      const weight = gauss(colourDistance(means, i, j), SIGMA_COLOUR) + LEAST_SMOOTHNESS;
      matrix[i * count + i]! += weight;
      matrix[i * count + j]! -= weight;
    }
  }
  return solveCholesky(matrix, foreground.slice());
}

function gauss(distance: number, sigma: number): number {
  return Math.exp(-(distance * distance) / (2 * sigma * sigma));
}
