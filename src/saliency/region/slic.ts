/** SLIC superpixels: k-means in colour and place, each centre looking only at its neighbourhood (Achanta et al. 2012). */
import { fillLab } from '../colour/lab.js';
import type { Picture } from '../picture.js';
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
/** Place and colour of a centre: y, x, L, a, b. */
const FEATURES = 5;

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
  const pixels = stretchedLab(picture);
  const ratio = 1 / compactness;
  for (let i = 0; i < pixels.length; i++) pixels[i]! *= ratio;
  const labels = cluster({ width, height, pixels }, centers, Math.max(stepX, stepY), seedGrid(width, height, count));
  const size = (width * height) / count;
  return connected({ width, height, labels }, Math.trunc(0.5 * size), Math.trunc(3 * size));
}

/** Lab of the levels stretched to 0 to 1, all channels alike. */
function stretchedLab(picture: Picture): Float64Array {
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
  fillLab(picture, pixels, (level) => (level - least) / range);
  return pixels;
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Lab over compactness, interleaved. */
  readonly pixels: Float64Array;
}

/** Assigns pixels to centres and moves the centres. The first centres have no colour: only place counts until they have moved. */
function cluster(
  image: Pixels,
  centers: Float64Array,
  step: number,
  { stepX, stepY }: { stepX: number; stepY: number },
): Int32Array {
  const { width, height } = image;
  const labels = new Int32Array(width * height);
  const distances = new Float64Array(width);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    // Row by row, so that a row's pixels stay at hand while all centres look at them; each pixel still meets the centres in their order.
    for (let y = 0; y < height; y++) {
      distances.fill(Infinity);
      for (let k = 0; k * FEATURES < centers.length; k++) {
        const cy = centers[k * FEATURES]!;
        // A centre that lost all its pixels is nowhere: its place is NaN.
        if (!(y >= Math.trunc(Math.max(cy - 2 * stepY, 0)) && y < Math.trunc(Math.min(cy + 2 * stepY + 1, height)))) continue;
        claim(image, centers, k, { y, reach: 2 * stepX, step }, labels, distances);
      }
    }
    moveCenters(image, centers, labels);
  }
  return labels;
}

/** A centre takes the pixels of a row that are nearer to it than to any before it: (dx^2 + dy^2) / step^2 + colour distance^2. */
function claim(
  { width, pixels }: Pixels,
  centers: Float64Array,
  k: number,
  { y, reach, step }: { y: number; reach: number; step: number },
  labels: Int32Array,
  distances: Float64Array,
): void {
  const cx = centers[k * FEATURES + 1]!;
  const l = centers[k * FEATURES + 2]!;
  const a = centers[k * FEATURES + 3]!;
  const b = centers[k * FEATURES + 4]!;
  const left = Math.trunc(Math.max(cx - reach, 0));
  const right = Math.trunc(Math.min(cx + reach + 1, width));
  const weight = 1 / (step * step);
  const dy = (centers[k * FEATURES]! - y) ** 2;
  const row = y * width;
  for (let x = left, at = (row + left) * 3; x < right; x++, at += 3) {
    const dx = cx - x;
    let distance = (dy + dx * dx) * weight;
    const nearest = distances[x]!;
    // Place alone decides for many: their colour needs not be looked up.
    if (distance >= nearest) continue;
    const dl = pixels[at]! - l;
    const da = pixels[at + 1]! - a;
    const db = pixels[at + 2]! - b;
    distance += dl * dl + da * da + db * db;
    if (distance < nearest) {
      distances[x] = distance;
      labels[row + x] = k;
    }
  }
}

/** Each centre moves to the mean place and colour of its pixels. */
function moveCenters({ width, height, pixels }: Pixels, centers: Float64Array, labels: Int32Array): void {
  const counts = new Float64Array(centers.length / FEATURES);
  centers.fill(0);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const k = labels[at]!;
      const feature = k * FEATURES;
      counts[k]!++;
      centers[feature]! += y;
      centers[feature + 1]! += x;
      centers[feature + 2]! += pixels[at * 3]!;
      centers[feature + 3]! += pixels[at * 3 + 1]!;
      centers[feature + 4]! += pixels[at * 3 + 2]!;
    }
  }
  for (let i = 0; i < centers.length; i++) centers[i]! /= counts[Math.floor(i / FEATURES)]!;
}
