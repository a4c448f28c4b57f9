/** The centre prior: photographers put things in the middle. The baseline that every map should be compared with. */
import { defineSaliency } from './method.js';
import { emptyPlane } from './plane.js';

/** exp(-(x/sx)^2/2 - (y/sy)^2/2) about the middle of the picture, sx and sy being parts of its width and height; at most 1. */
export const centerPrior = defineSaliency({
  name: 'center-prior',
  summary: 'a Gaussian in the middle, whatever the picture shows: the baseline to beat, 0 to 1',
  reference: 'Judd, Ehinger, Durand, Torralba, ICCV 2009',
  options: {
    sigma: {
      type: 'number',
      min: 0.01,
      max: 10,
      default: 0.25,
      description: 'standard deviation as a part of the width, and of the height',
    },
  },
  blind: true,
  compute(picture, { sigma }) {
    const { width, height } = picture;
    const across = profile(width, sigma);
    const down = profile(height, sigma);
    const map = emptyPlane(picture);
    for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++, at++) map.data[at] = across[x]! * down[y]!;
    return map;
  },
});

function profile(size: number, sigma: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => Math.exp(-(((i - (size - 1) / 2) / (sigma * size)) ** 2) / 2));
}
