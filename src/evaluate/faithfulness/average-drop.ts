/** Average drop and increase: what remains of the confidence when only what the map marks is shown. */
import type { HeatMap } from '../map/heat-map.js';
import { checkMapFits, type Pixels, pixelCount, type Score } from './pixels.js';

/** One image with its map, scaled 0 to 1, and the probability of its class. */
export interface Shown {
  readonly image: Pixels;
  readonly map: HeatMap;
  readonly probability: Score;
}

/**
 * Over images: mean of max(0, y - o) / (y + 1e-7), 0 to 1, lower is better; and the share with o > y, higher is better. y is the probability of the class
 * on the image, o on image x map. Chattopadhyay et al., WACV 2018; equal to `torchcam.metrics.ClassificationMetric`. pytorch-grad-cam's `DropInConfidence`
 * does not divide by y.
 *
 * Pitfalls: a map of ones wins: it hides nothing (ADCC adds a cost for that); the product with the map darkens in normalised space, towards the mean
 * colour; no order of pixels is tested.
 * @throws UserError if a map has another size than its image
 */
export async function averageDrop(shown: readonly Shown[]): Promise<{ readonly averageDrop: number; readonly increase: number }> {
  let [drops, increases] = [0, 0];
  for (const { image, map, probability } of shown) {
    const [before, after] = (await probability([image, masked(image, map)])) as [number, number];
    drops += Math.max(0, before - after) / (before + 1e-7);
    if (after > before) increases++;
  }
  return { averageDrop: drops / shown.length, increase: increases / shown.length };
}

/** The image multiplied by the map in every channel. */
export function masked(image: Pixels, map: HeatMap): Pixels {
  checkMapFits(image, map);
  const size = pixelCount(image);
  const data = image.data.slice();
  for (let i = 0; i < data.length; i++) data[i]! *= map.data[i % size]!;
  return { ...image, data };
}
