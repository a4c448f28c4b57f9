import { defineMethod } from './method.js';
import { noiseOptions, noisyGradients } from './noise.js';

/** SmoothGrad: the mean gradient under Gaussian noise. Smilkov et al. 2017, section 3. */
export const smoothgrad = defineMethod({
  name: 'smoothgrad',
  summary: 'the mean gradient over noisy copies of the input',
  reference: 'Smilkov et al. 2017, section 3',
  space: 'input',
  options: {
    ...noiseOptions,
    squared: { type: 'flag', default: false, description: 'average squared gradients instead' },
  },
  prepare: async (bench) => {
    const gradients = await noisyGradients(bench);
    return async function* (row) {
      const { sum, squares } = yield* gradients(row);
      return { attribution: { shape: bench.shape, data: bench.options.squared ? squares : sum } };
    };
  },
});

/** SmoothGrad-Squared: the mean squared gradient under Gaussian noise. Hooker et al. 2019, section 4.2. */
export const smoothgradSquared = defineMethod({
  name: 'smoothgrad-squared',
  summary: 'the mean squared gradient over noisy copies of the input',
  reference: 'Hooker et al. 2019, section 4.2',
  space: 'input',
  signed: false,
  options: noiseOptions,
  prepare: async (bench) => {
    const gradients = await noisyGradients(bench);
    return async function* (row) {
      return { attribution: { shape: bench.shape, data: (yield* gradients(row)).squares } };
    };
  },
});
