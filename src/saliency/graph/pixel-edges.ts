/** The graph of a picture: pixels, joined to their right and lower neighbours. */
import type { Picture } from '../picture.js';

/**
 * Edge 2p joins pixel p with the one to its right, edge 2p + 1 with the one below. `edges` lists those that exist in that order, which is
 * the order "per pixel right, then down".
 */
export interface PixelGraph {
  readonly width: number;
  readonly height: number;
  readonly edges: Uint32Array;
  /** The weight of each listed edge. */
  readonly weights: Float64Array;
}

/** How unlike two pixels are, by their places in the interleaved levels. */
export type Dissimilarity = (levels: Uint8Array | Float32Array, channels: number, a: number, b: number) => number;

/** The largest absolute difference of a channel. */
export const largestDifference: Dissimilarity = (levels, channels, a, b) => {
  const first = Math.abs(levels[a]! - levels[b]!);
  if (channels === 1) return first;
  return Math.max(first, Math.abs(levels[a + 1]! - levels[b + 1]!), Math.abs(levels[a + 2]! - levels[b + 2]!));
};

/** The Euclidean distance of colours; of grey levels the absolute difference. */
export const colourDistance: Dissimilarity = (levels, channels, a, b) => {
  const first = levels[a]! - levels[b]!;
  if (channels === 1) return Math.abs(first);
  const second = levels[a + 1]! - levels[b + 1]!;
  const third = levels[a + 2]! - levels[b + 2]!;
  return Math.sqrt(first * first + second * second + third * third);
};

/** The graph with weights in levels of 0 to 255. */
export function pixelGraph({ width, height, channels, levels }: Picture, dissimilarity: Dissimilarity): PixelGraph {
  const count = 2 * width * height - width - height;
  const edges = new Uint32Array(count);
  const weights = new Float64Array(count);
  const scale = levels instanceof Uint8Array ? 1 : 255;
  const row = width * channels;
  let edge = 0;
  for (let y = 0, pixel = 0; y < height; y++) {
    for (let x = 0; x < width; x++, pixel++) {
      const at = pixel * channels;
      if (x < width - 1) {
        edges[edge] = 2 * pixel;
        weights[edge++] = scale * dissimilarity(levels, channels, at, at + channels);
      }
      if (y < height - 1) {
        edges[edge] = 2 * pixel + 1;
        weights[edge++] = scale * dissimilarity(levels, channels, at, at + row);
      }
    }
  }
  return { width, height, edges, weights };
}

/** The pixel an edge starts from: the left or the upper one. */
export function startOf(edge: number): number {
  return edge >>> 1;
}

/** The pixel an edge leads to: the right or the lower one. */
export function endOf(edge: number, width: number): number {
  return (edge >>> 1) + (edge & 1 ? width : 1);
}
