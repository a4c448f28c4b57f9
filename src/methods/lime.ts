import { random } from '../tensor/random.js';
import { segmentOptions, superpixelGame } from './coalitions.js';
import { leastSquares } from './least-squares.js';
import { defineMethod } from './method.js';

/**
 * LIME: a linear model of the score over superpixels that are seen or hidden, fitted where most are seen. Ribeiro, Singh, Guestrin 2016,
 * equation 2; as lime_image: each superpixel seen with probability 1/2, the first sample whole, ridge regression with an intercept,
 * weights exp(-d² / 2 w²) of the cosine distance d to the whole.
 */
export const lime = defineMethod({
  name: 'lime',
  summary: 'a linear model of the score over superpixels that are seen or hidden',
  reference: 'Ribeiro, Singh, Guestrin 2016, equation 2',
  space: 'image',
  options: {
    ...segmentOptions,
    samples: { type: 'number', default: 1000, min: 2, max: 1e6, integer: true, description: 'how many runs of the model' },
    width: { type: 'number', default: 0.25, min: 0.001, description: 'how far from the whole picture samples still count' },
    ridge: { type: 'number', default: 1, min: 0, description: 'how much coefficients are held down' },
    seed: { type: 'number', default: 0, integer: true, description: 'of the samples' },
  },
  prepare: async (bench) => {
    const { samples, width, ridge, seed } = bench.options;
    const game = await superpixelGame(bench);
    return async function* (row) {
      const { players, scores, painted } = await game(row);
      const { uniform } = random(seed);
      const features = Array.from({ length: samples }, (_, i) =>
        Float32Array.from({ length: players }, () => (i === 0 || uniform() < 0.5 ? 1 : 0)),
      );
      const values = yield* scores(samples, (i, seen) => seen.set(features[i]!));
      const weights = features.map((seen) => {
        const share = seen.reduce((sum, each) => sum + each, 0) / players;
        const distance = 1 - Math.sqrt(share);
        return Math.exp((-distance * distance) / (2 * width * width));
      });
      return { attribution: painted(leastSquares({ ...centred(features, values, weights), weights, ridge })) };
    };
  },
});

/** Features and values less their weighted means: the intercept drops out, and is not held down. */
function centred(features: readonly Float32Array[], values: Float32Array, weights: readonly number[]) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (of: (n: number) => number) => weights.reduce((sum, weight, n) => sum + weight * of(n), 0) / total;
  const means = Float64Array.from(features[0]!, (_, i) => mean((n) => features[n]![i]!));
  const level = mean((n) => values[n]!);
  return {
    features: features.map((row) => Float64Array.from(row, (value, i) => value - means[i]!)),
    values: Float64Array.from(values, (value) => value - level),
  };
}
