/** Local entropy: how unpredictable the grey levels around each pixel are. */
import { byteGrey } from './colour/grey.js';
import { rankEntropy } from './filter/rank-entropy.js';
import { defineSaliency } from './method.js';

/** In bits, 0 to log2 of the disk's pixels and at most 8. Equal to skimage.filters.rank.entropy(grey, disk(radius)). */
export const localEntropy = defineSaliency({
  name: 'local-entropy',
  summary: 'entropy of the grey levels in a disk around each pixel, in bits (0 to 8)',
  reference: "Kadir, Brady, IJCV 2001; scikit-image's filters.rank.entropy",
  options: {
    radius: { type: 'number', integer: true, min: 1, max: 512, default: 5, description: 'of the disk, in pixels' },
  },
  compute: (picture, { radius }) => rankEntropy(byteGrey(picture), radius),
});
