import { defineMethod } from './method.js';
import { noiseOptions, noisyGradients } from './noise.js';

/** VarGrad: the variance of the gradient under Gaussian noise, over the samples as they are (divided by their number). Adebayo et al. 2018. */
export const vargrad = defineMethod({
  name: 'vargrad',
  summary: 'the variance of the gradient over noisy copies of the input',
  reference: 'Adebayo et al. 2018, section 3',
  space: 'input',
  signed: false,
  options: noiseOptions,
  prepare: async (bench) => {
    const gradients = await noisyGradients(bench);
    return async function* (row) {
      const { sum: mean, squares } = yield* gradients(row);
      return { attribution: { shape: bench.shape, data: squares.map((square, i) => square - mean[i]! ** 2) } };
    };
  },
});
