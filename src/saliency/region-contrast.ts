/** Region contrast: how much the mean colour of a superpixel differs from the others, the near and the large ones counting most. */
import { defineSaliency } from './method.js';
import { minMax } from './plane.js';
import { slic } from './region/slic.js';
import { boundaries, colourDistance, painted, regionMeans } from './region/superpixels.js';

/** S(i) = sum_j n_j exp(-d_ij^2 / sigma) |mu_i - mu_j|, Lab, places as parts of width and height; scaled to 0 to 1 over the regions. */
export const regionContrast = defineSaliency({
  name: 'region-contrast',
  summary: 'Lab contrast of each superpixel to all others, weighted by size and nearness, 0 to 1',
  reference: "Cheng, Mitra, Huang, Torr, Hu, PAMI 2015, on scikit-image's SLIC with mean colours",
  options: {
    segments: { type: 'number', integer: true, min: 1, max: 5000, default: 200, description: 'about how many superpixels' },
    compactness: { type: 'number', min: 1e-3, max: 1e4, default: 10, description: 'how square superpixels are' },
    sigma: { type: 'number', min: 1e-6, max: 1e6, default: 0.4, description: 'sigma squared of the distance weight' },
  },
  compute(picture, { segments, compactness, sigma }, show) {
    const superpixels = slic(picture, { segments, compactness });
    show?.('superpixels', boundaries(superpixels));
    const means = regionMeans(superpixels, picture);
    const { x, y, size } = means;
    const contrast = Float64Array.from(size, (_, i) => {
      let sum = 0;
      for (let j = 0; j < size.length; j++) {
        const distance = (x[i]! - x[j]!) ** 2 + (y[i]! - y[j]!) ** 2;
        sum += size[j]! * Math.exp(-distance / sigma) * colourDistance(means, i, j);
      }
      return sum;
    });
    return minMax(painted(superpixels, contrast));
  },
});
