/** Maximum symmetric surround: frequency-tuned saliency whose mean colour is of the largest window that is symmetric about the pixel. */
import { labPixels } from './colour/lab.js';
import { binomial } from './filter/binomial.js';
import { integral, rectangleSum } from './filter/integral.js';
import { defineSaliency } from './method.js';
import { emptyPlane, minMax } from './plane.js';

/**
 * |blurred Lab - mean Lab of the surround|^2. The surround reaches as far as the nearer border on each axis, so that a pixel near the
 * border is compared with what is near it, and a large background is not salient. Scaled to 0 to 1.
 */
export const maximumSymmetricSurround = defineSaliency({
  name: 'maximum-symmetric-surround',
  summary: 'squared Lab distance of each pixel to the mean of the largest window centred on it, 0 to 1',
  reference: 'Achanta, Süsstrunk, ICIP 2010, equations 2 to 4',
  options: {},
  compute(picture) {
    const { width, height } = picture;
    const lab = labPixels(picture);
    const blurred = binomial(lab, width, height, 3);
    const map = emptyPlane(picture);
    for (let channel = 0; channel < 3; channel++) {
      const sums = integral({ width, height, data: lab }, 3, channel);
      for (let y = 0; y < height; y++) {
        const tall = Math.min(y, height - 1 - y);
        for (let x = 0; x < width; x++) {
          const wide = Math.min(x, width - 1 - x);
          const sum = rectangleSum(sums, x - wide, y - tall, x + wide + 1, y + tall + 1);
          const mean = sum / ((2 * wide + 1) * (2 * tall + 1));
          const at = y * width + x;
          map.data[at]! += (blurred[at * 3 + channel]! - mean) ** 2;
        }
      }
    }
    return minMax(map);
  },
});
