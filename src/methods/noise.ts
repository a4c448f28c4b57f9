/** Gradients under Gaussian noise: what SmoothGrad and its relatives share. */

import type { OptionSpecs, OptionValues } from '../options.js';
import { random } from '../tensor/random.js';
import { rangeOf } from './baseline.js';
import { gradientSums } from './gradient-sum.js';
import type { Row, Workbench } from './method.js';

export const noiseOptions = {
  samples: { type: 'number', default: 25, min: 1, max: 100000, integer: true, description: 'how many noisy inputs' },
  sigma: { type: 'number', default: 0.15, min: 0, description: "the noise's deviation, as a part of the input's range" },
  seed: { type: 'number', default: 0, integer: true, description: 'of the noise' },
} as const satisfies OptionSpecs;

/** Yields a function that fills in noisy copies of a row, the same ones for the same seed. */
export function noisyCopies(row: Row, { sigma, seed }: Pick<OptionValues<typeof noiseOptions>, 'sigma' | 'seed'>) {
  const { normal } = random(seed);
  const { low, high } = rangeOf(row.input.data);
  const deviation = sigma * (high - low);
  return (into: Float32Array) => {
    for (let j = 0; j < into.length; j++) into[j] = row.input.data[j]! + deviation * normal();
  };
}

/** Yields the mean gradient and the mean squared gradient over noisy copies of a row. */
export async function noisyGradients(bench: Workbench<typeof noiseOptions>) {
  const { samples } = bench.options;
  const sums = await gradientSums(bench);
  return (row: Row) => {
    const fill = noisyCopies(row, bench.options);
    return sums(row, samples, (_, point, factor) => {
      fill(point);
      factor.fill(1 / samples);
    });
  };
}
