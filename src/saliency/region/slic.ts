/** SLIC superpixels: k-means in colour and place, each centre looking only at its neighbourhood (Achanta et al. 2012). */
import { fillLab } from '../colour/lab.js';
import type { Picture } from '../picture.js';
import { assignment, type Clustering, FEATURES } from './assignment.js';
import { connected } from './connected.js';
import { seedGrid } from './seeds.js';
import type { Superpixels } from './superpixels.js';

export interface SlicOptions {
  /** About how many superpixels. */
  readonly segments: number;
  /** How much place counts beside colour: high values make squares. */
  readonly compactness: number;
}

const ITERATIONS = 10;

/**
 * Superpixels as skimage.segmentation.slic(picture, segments, compactness, sigma=0) makes them, numbered from 0: levels are stretched to
 * 0 to 1 first, ten iterations, parts that are cut off or small are given to a neighbour. A grey picture is R = G = B.
 */
export function slic(picture: Picture, { segments, compactness }: SlicOptions): Superpixels {
  const { width, height } = picture;
  const { startX, startY, stepX, stepY } = seedGrid(width, height, segments);
  const seeds: number[] = [];
  for (let y = startY; y < height; y += stepY) for (let x = startX; x < width; x += stepX) seeds.push(y, x, 0, 0, 0);
  const centers = Float64Array.from(seeds);
  const count = centers.length / FEATURES;
  const pixels = stretchedLab(picture, 1 / compactness);
  const window = seedGrid(width, height, count);
  const [reachX, reachY] = [2 * window.stepX, 2 * window.stepY];
  const labels = cluster({ width, height, pixels, step: Math.max(stepX, stepY), reachX, reachY }, centers);
  const size = (width * height) / count;
  return connected({ width, height, labels }, Math.trunc(0.5 * size), Math.trunc(3 * size));
}

/** Lab of the levels stretched to 0 to 1, all channels alike; then times `ratio`. */
function stretchedLab(picture: Picture, ratio: number): Float64Array {
  const { levels, width, height } = picture;
  const scale = levels instanceof Uint8Array ? 255 : 1;
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i]!;
    if (level < low) low = level;
    if (level > high) high = level;
  }
  const [least, range] = [low / scale, (high - low) / scale || 1];
  const pixels = new Float64Array(width * height * 3);
  fillLab(picture, pixels, { normalise: (level) => (level - least) / range, ratio });
  return pixels;
}

/** Ten times: assigns pixels to centres and moves the centres. The first have no colour: only place counts until they have moved. */
function cluster(image: Clustering, centers: Float64Array): Int32Array {
  const labels = new Int32Array(image.width * image.height);
  const assign = assignment(image);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    assign(centers, labels);
    moveCenters(image, centers, labels);
  }
  return labels;
}

/** Each centre moves to the mean place and colour of its pixels. */
function moveCenters({ width, height, pixels }: Clustering, centers: Float64Array, labels: Int32Array): void {
  const counts = new Float64Array(centers.length / FEATURES);
  centers.fill(0);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; ) {
      // Pixels of one label lie side by side: their sums stay in registers.
      const k = labels[at]!;
      const feature = k * FEATURES;
      const first = x;
      let l = centers[feature + 2]!;
      let a = centers[feature + 3]!;
      let b = centers[feature + 4]!;
      for (; x < width && labels[at] === k; x++, at++) {
        l += pixels[at * 3]!;
        a += pixels[at * 3 + 1]!;
        b += pixels[at * 3 + 2]!;
      }
      const count = x - first;
      counts[k]! += count;
      centers[feature]! += y * count;
      centers[feature + 1]! += (count * (first + x - 1)) / 2;
      centers[feature + 2] = l;
      centers[feature + 3] = a;
      centers[feature + 4] = b;
    }
  }
  for (let i = 0; i < centers.length; i++) centers[i]! /= counts[Math.floor(i / FEATURES)]!;
}
