import { random } from '../tensor/random.js';
import { baselinesOf, baselinesOption } from './baseline.js';
import { gradientSums } from './gradient-sum.js';
import { defineMethod } from './method.js';
import { scoresAt } from './scores-at.js';

/**
 * Expected gradients: integrated gradients in the mean over baselines, by one random baseline and one random point of its line a
 * sample. Erion et al. 2021, equation 4.
 */
export const expectedGradients = defineMethod({
  name: 'expected-gradients',
  summary: 'integrated gradients averaged over baselines, by random points on random lines',
  reference: 'Erion et al. 2021, equation 4',
  space: 'input',
  options: {
    samples: { type: 'number', default: 200, min: 1, max: 100000, integer: true, description: 'how many random points' },
    ...baselinesOption,
  },
  prepare: async (bench) => {
    const { shape, options } = bench;
    const sums = await gradientSums(bench);
    const baselines = await baselinesOf(bench);
    const scores = await scoresAt(bench);
    return async function* (row) {
      const x = row.input.data;
      const starts = await baselines(row);
      const { below, uniform } = random(options.seed);
      const { sum } = yield* sums(row, options.samples, (_, point, factor) => {
        const start = starts[below(starts.length)]!;
        const node = uniform();
        for (let j = 0; j < x.length; j++) {
          const difference = x[j]! - start[j]!;
          point[j] = start[j]! + node * difference;
          factor[j] = difference / options.samples;
        }
      });
      return { attribution: { shape, data: sum }, sum: await scores.rise(row, starts) };
    };
  },
});
