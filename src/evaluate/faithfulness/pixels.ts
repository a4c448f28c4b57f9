/** An image as a model reads it, and what takes the place of removed pixels. */
import { fail } from '../../errors.js';
import type { HeatMap } from '../map/heat-map.js';

/** Normalised values, planar: channel after channel, each row-major. */
export interface Pixels {
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array | Float64Array;
}

/** The model as the metrics see it: one value an image, of whatever is explained (a logit, a probability, or both as a record). */
export type Score<T = number> = (images: readonly Pixels[]) => Promise<readonly T[]>;

/** Images in memory at once while a curve is computed. */
const BATCH = 16;

/** Scores of images that are made as they are needed. */
export async function scoreEach<T>(score: Score<T>, images: Iterable<Pixels>): Promise<T[]> {
  const scores: T[] = [];
  let batch: Pixels[] = [];
  for (const image of images) {
    batch.push(image);
    if (batch.length < BATCH) continue;
    scores.push(...(await score(batch)));
    batch = [];
  }
  if (batch.length > 0) scores.push(...(await score(batch)));
  return scores;
}

export function pixelCount({ width, height }: HeatMap | Pixels): number {
  return width * height;
}

/** @throws UserError if the map does not have one value a pixel of the image */
export function checkMapFits({ width, height }: Pixels, map: HeatMap): void {
  if (map.width !== width || map.height !== height) {
    fail(`the map has ${map.width}x${map.height} values and the image ${width}x${height} pixels; resize the map first`);
  }
}

/** An image of one value. */
export function constantPixels({ channels, width, height, data }: Pixels, value: number): Pixels {
  return { channels, width, height, data: data.slice().fill(value) };
}

/** The smallest value of all channels: what Quantus calls black. */
export function lowestValue({ data }: Pixels): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < data.length; i++) if (data[i]! < lowest) lowest = data[i]!;
  return lowest;
}

/** The image with some of its pixels, in all channels, taken from another. */
export function withPixels(image: Pixels, other: Pixels, pixels: Iterable<number>): Pixels {
  const data = image.data.slice();
  const size = pixelCount(image);
  for (const pixel of pixels) {
    for (let c = 0; c < image.channels; c++) data[c * size + pixel] = other.data[c * size + pixel]!;
  }
  return { ...image, data };
}

/**
 * The images on the way from one to another: the first `cuts[k]` pixels of the order are the other's. Each is a copy; cuts ascend.
 */
export function* replacing(from: Pixels, to: Pixels, order: ArrayLike<number>, cuts: readonly number[]): Generator<Pixels> {
  const data = from.data.slice();
  const size = pixelCount(from);
  let done = 0;
  for (const cut of cuts) {
    for (; done < cut; done++) {
      const pixel = order[done]!;
      for (let c = 0; c < from.channels; c++) data[c * size + pixel] = to.data[c * size + pixel]!;
    }
    yield { ...from, data: data.slice() };
  }
}
