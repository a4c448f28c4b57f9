/** Graph-based visual saliency: on each feature map a random walker gathers where cells differ from those around. */
import { resizeBicubic } from './filter/bicubic.js';
import { replicate } from './filter/border.js';
import { fadeBorder } from './filter/fade.js';
import { gaussianKernel } from './filter/kernels.js';
import { separable } from './filter/separable.js';
import { equilibrium, equilibriumByIteration } from './gbvs/activation.js';
import { gbvsFeatures } from './gbvs/features.js';
import { defineSaliency } from './method.js';
import { emptyPlane, minMax, type Size, toPlane } from './plane.js';

const CELLS = 32;
const SPREAD = 0.15;
const POWER = 1.5;
const TOLERANCE = 1e-4;

/** 0 to 1. Channels C, I and O of the package, its default weights and sizes; without its correction for the centre bias of its training photos. */
export const gbvs = defineSaliency({
  name: 'gbvs',
  summary: 'equilibrium of random walks over unlike places of 21 feature maps, 0 to 1',
  reference: "Harel, Koch, Perona, NIPS 2006; the authors' package with channels CIO",
  options: {
    solver: {
      type: 'choice',
      choices: ['closed-form', 'power-iteration'],
      default: 'closed-form',
      description: "the exact equilibrium, or the package's iteration, which stops a percent before it",
    },
  },
  compute(picture, { solver }, show) {
    const grid = gridOf(picture);
    const spread = (SPREAD * (grid.width + grid.height)) / 2;
    const sum = emptyPlane(grid);
    for (const { name, map } of gbvsFeatures(picture)) {
      const cells = resizeBicubic(map, grid.width, grid.height);
      const activation = solver === 'closed-form' ? equilibrium(cells, spread) : equilibriumByIteration(cells, spread, TOLERANCE);
      show?.(name, toPlane({ ...grid, data: activation }));
      for (let i = 0; i < activation.length; i++) sum.data[i]! += activation[i]! ** POWER;
    }
    minMax(fadeBorder(sum, 4));
    const sigma = 0.02 * CELLS;
    const kernel = gaussianKernel(2 * Math.ceil(2 * sigma) + 1, sigma);
    const blurred = minMax(separable(sum, kernel, kernel, replicate));
    return minMax(toPlane(resizeBicubic(blurred, picture.width, picture.height)));
  },
});

/** The picture's proportions with the longer side 32. */
function gridOf({ width, height }: Size): Size {
  const scale = CELLS / Math.max(width, height);
  const cells = (size: number) => Math.max(1, Math.floor(size * scale + 0.5));
  return { width: cells(width), height: cells(height) };
}
