/** Superpixels: small regions of similar colour, and what is known of each. */
import type { Plane } from '../../image/image.js';
import { labPixels } from '../colour/lab.js';
import type { Picture } from '../picture.js';
import { emptyPlane } from '../plane.js';

export interface Superpixels {
  readonly width: number;
  readonly height: number;
  readonly count: number;
  /** The number of each pixel's region, 0 to count - 1. */
  readonly labels: Int32Array;
}

/** Sums over the pixels of each region, divided by their number. */
export interface RegionMeans {
  readonly size: Float64Array;
  /** Place as parts of the picture's width and height. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Mean Lab, interleaved. */
  readonly lab: Float64Array;
}

/** The size, place and mean colour of each region. */
export function regionMeans({ width, height, count, labels }: Superpixels, picture: Picture): RegionMeans {
  const pixels = labPixels(picture);
  const size = new Float64Array(count);
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const lab = new Float64Array(count * 3);
  for (let at = 0; at < labels.length; at++) {
    const region = labels[at]!;
    size[region]!++;
    x[region]! += at % width;
    y[region]! += Math.floor(at / width);
    for (let c = 0; c < 3; c++) lab[region * 3 + c]! += pixels[at * 3 + c]!;
  }
  for (let region = 0; region < count; region++) {
    x[region]! /= size[region]! * width;
    y[region]! /= size[region]! * height;
    for (let c = 0; c < 3; c++) lab[region * 3 + c]! /= size[region]!;
  }
  return { size, x, y, lab };
}

/** The Euclidean distance of the mean colours of two regions. */
export function colourDistance({ lab }: RegionMeans, a: number, b: number): number {
  const dl = lab[a * 3]! - lab[b * 3]!;
  const da = lab[a * 3 + 1]! - lab[b * 3 + 1]!;
  const db = lab[a * 3 + 2]! - lab[b * 3 + 2]!;
  return Math.sqrt(dl * dl + da * da + db * db);
}

/** Gives each pixel its region's value. */
export function painted(superpixels: Superpixels, values: ArrayLike<number>): Plane {
  const map = emptyPlane(superpixels);
  for (let i = 0; i < map.data.length; i++) map.data[i] = values[superpixels.labels[i]!]!;
  return map;
}

/** 1 on the pixels whose right or lower neighbour is of another region. */
export function boundaries(superpixels: Superpixels): Plane {
  const { width, labels } = superpixels;
  const map = emptyPlane(superpixels);
  for (let i = 0; i < labels.length; i++) {
    const right = i % width < width - 1 && labels[i] !== labels[i + 1];
    const below = i + width < labels.length && labels[i] !== labels[i + width];
    map.data[i] = right || below ? 1 : 0;
  }
  return map;
}
