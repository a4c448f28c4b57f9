/** Frequency-tuned saliency: how far the colour of each pixel is from the mean colour of the picture. */
import { labPixels } from './colour/lab.js';
import { binomial } from './filter/binomial.js';
import { defineSaliency } from './method.js';
import { emptyPlane, minMax } from './plane.js';

/** |blurred Lab - mean Lab|^2, the blur [1 2 1] both ways, the mean of the unblurred picture; scaled to 0 to 1. */
export const frequencyTuned = defineSaliency({
  name: 'frequency-tuned',
  summary: 'squared Lab distance of each pixel to the mean colour of the picture, 0 to 1',
  reference: "Achanta, Hemami, Estrada, Süsstrunk, CVPR 2009, equation 4, as in the authors' code (squared, mean unblurred)",
  options: {},
  compute(picture) {
    const lab = labPixels(picture);
    const mean = meanPixel(lab);
    const blurred = binomial(lab, picture.width, picture.height, 3);
    const map = emptyPlane(picture);
    for (let i = 0, at = 0; i < map.data.length; i++, at += 3) {
      const l = blurred[at]! - mean[0];
      const a = blurred[at + 1]! - mean[1];
      const b = blurred[at + 2]! - mean[2];
      map.data[i] = l * l + a * a + b * b;
    }
    return minMax(map);
  },
});

function meanPixel(pixels: Float32Array): [number, number, number] {
  let [first, second, third] = [0, 0, 0];
  for (let at = 0; at < pixels.length; at += 3) {
    first += pixels[at]!;
    second += pixels[at + 1]!;
    third += pixels[at + 2]!;
  }
  const count = pixels.length / 3;
  return [first / count, second / count, third / count];
}
