import { defineMap } from './augmented.js';
import { filled } from './batches.js';
import { combineByOption, severalLayers, weightedSum } from './class-activation.js';
import { plusPlusWeights } from './grad-cam-plus-plus.js';

import { noiseOptions, noisyCopies } from './noise.js';
import { scoreByOption, targetScore } from './target-score.js';

/**
 * Smooth Grad-CAM++: Grad-CAM++ with the gradient's powers averaged over noisy copies of the input, and the activations of the input
 * itself. Omeiza et al. 2019, equation 9.
 */
export const smoothGradCamPlusPlus = defineMap({
  name: 'smooth-grad-cam++',
  summary: 'Grad-CAM++ with gradients averaged over noisy copies of the input',
  reference: 'Omeiza et al. 2019, equation 9',
  space: 'layer',
  options: { ...noiseOptions, ...targetScore, ...severalLayers },
  scoreOf: scoreByOption,
  combine: combineByOption,
  prepare: async ({ load, shape, layerShape, options, batch }) => {
    const { samples } = options;
    const sums = await load(({ b, feed, layer, gradient }) => {
      const g = gradient(layer);
      const powers = { first: g, second: b.square(g), third: b.mul(g, b.square(g)) };
      const added = Object.entries(powers).map(([name, power]) => {
        return [name, b.add(feed(`${name}-before`, layerShape), b.div(b.reduceSum(power, [0]), samples))] as const;
      });
      return Object.fromEntries(added);
    });
    const map = await load(({ b, feed, layer }) => {
      const powers = { first: feed('first', layerShape), second: feed('second', layerShape), third: feed('third', layerShape) };
      return { map: weightedSum(b, plusPlusWeights(b, powers, layer), layer) };
    });
    return async function* (row) {
      const fill = noisyCopies(row, options);
      const zeros = filled(1, layerShape.slice(1), () => {});
      let means: Awaited<ReturnType<typeof sums>> = { first: zeros, second: zeros, third: zeros };
      for (let first = 0; first < samples; first += batch.backward) {
        const count = Math.min(batch.backward, samples - first);
        const before = Object.fromEntries(Object.entries(means).map(([name, mean]) => [`${name}-before`, mean]));
        means = await sums(row, { input: filled(count, shape.slice(1), (_, point) => fill(point)), ...before }, count);
        yield { done: first + count, total: samples };
      }
      return { attribution: (await map(row, means)).map! };
    };
  },
});
