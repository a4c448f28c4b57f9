import { random } from '../tensor/random.js';
import { baselinesOf, baselinesOption } from './baseline.js';
import { gradientSums } from './gradient-sum.js';
import { defineMethod } from './method.js';
import { noiseOptions, noisyCopies } from './noise.js';
import { scoresAt } from './scores-at.js';

/**
 * Gradient SHAP: expected gradients from noisy copies of the input: each sample has its own copy, baseline and point between. Lundberg
 * and Lee 2017; as Captum's GradientShap, with noise relative to the input's range.
 */
export const gradientShap = defineMethod({
  name: 'gradient-shap',
  summary: 'expected gradients, from noisy copies of the input',
  reference: 'Lundberg, Lee 2017; Captum, GradientShap',
  space: 'input',
  options: {
    ...noiseOptions,
    samples: { ...noiseOptions.samples, default: 200 },
    sigma: { ...noiseOptions.sigma, default: 0.05 },
    ...baselinesOption,
  },
  prepare: async (bench) => {
    const { shape, options } = bench;
    const sums = await gradientSums(bench);
    const baselines = await baselinesOf(bench);
    const scores = await scoresAt(bench);
    return async function* (row) {
      const starts = await baselines(row);
      const fill = noisyCopies(row, options);
      const { below, uniform } = random(options.seed + 1);
      const { sum } = yield* sums(row, options.samples, (_, point, factor) => {
        const start = starts[below(starts.length)]!;
        const node = uniform();
        fill(point);
        for (let j = 0; j < point.length; j++) {
          const difference = point[j]! - start[j]!;
          point[j] = start[j]! + node * difference;
          factor[j] = difference / options.samples;
        }
      });
      return { attribution: { shape, data: sum }, sum: await scores.rise(row, starts) };
    };
  },
});
