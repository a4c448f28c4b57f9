/** IROF: removal of superpixels, most relevant first. */
import { fail } from '../../errors.js';
import type { HeatMap } from '../map/heat-map.js';
import { descending } from '../map/ranking.js';
import { mean } from '../statistics/moments.js';
import { trapezoid } from './perturbation-curve.js';
import { checkMapFits, type Pixels, pixelCount, replacing, type Score, scoreEach } from './pixels.js';

/**
 * Iterative removal of features: segments by mean map value, descending, each replaced by the image's channel means; the ratio f(x_k) / f(x) after each;
 * and the area over that curve, segments - trapezoid with steps of 1, divided by the number of segments. Around 0 to 1 for probabilities, higher is better.
 * Rieger and Hansen 2020; Quantus leaves the division out and fails on colour images.
 *
 * Pitfalls: a ratio explodes where f(x) is near 0, and turns over where it is negative: give it probabilities. The segmentation's own edges count.
 * @param segments a label from 0 for each pixel, such as SLIC's
 * @throws UserError if sizes differ
 */
export async function irof(
  score: Score,
  image: Pixels,
  map: HeatMap,
  segments: ArrayLike<number>,
): Promise<{ readonly ratios: readonly number[]; readonly areaOver: number }> {
  checkMapFits(image, map);
  const size = pixelCount(image);
  if (segments.length !== size) fail(`there are ${segments.length} segment labels for ${size} pixels`);
  const labels = Array.from(segments);
  const regions = Array.from(new Set(labels), (label) => Array.from(labels.keys()).filter((i) => labels[i] === label));
  const means = regions.map((pixels) => pixels.reduce((sum, i) => sum + map.data[i]!, 0) / pixels.length);
  const order = Array.from(descending(means));
  let end = 0;
  const cuts = [0, ...order.map((k) => (end += regions[k]!.length))];
  const pixels = order.flatMap((k) => regions[k]!);
  const scores = await scoreEach(score, replacing(image, channelMeans(image), pixels, cuts));
  const ratios = scores.slice(1).map((value) => value / scores[0]!);
  const steps = scores.map((_, i) => i);
  return { ratios, areaOver: 1 - trapezoid(steps, [1, ...ratios]) / regions.length };
}

/** Each channel its mean. */
export function channelMeans(image: Pixels): Pixels {
  const size = pixelCount(image);
  const data = image.data.slice();
  for (let c = 0; c < image.channels; c++) {
    const channel = data.subarray(c * size, (c + 1) * size);
    channel.fill(mean(channel));
  }
  return { ...image, data };
}
