/** What NumPy and SciPy compute: `oracles/evaluate/make_statistics_fixtures.py`. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { planarOf, planeOf } from '../../../test/fixtures/evaluate/golden-inputs.js';
import { sobelMap } from '../baselines.js';
import { fixationDensity } from '../fixation/density.js';
import { informationGain } from '../fixation/information-gain.js';
import { histogramEntropy } from '../sanity/efficient-mprt.js';
import { percentile } from '../sanity/preparation.js';
import { pairwiseSum } from './pairwise-sum.js';

const file = new URL('../../../test/fixtures/evaluate/statistics.json', import.meta.url);
const {
  density,
  information_gain: gain,
  histogram_entropy: entropy,
  sobel,
  percentile: shares,
  total,
} = JSON.parse(readFileSync(file, 'utf8'));

it('the density of fixations is that of scipy.ndimage.gaussian_filter', () => {
  const { width, height, fixations, sigma, expected } = density;
  const { data } = fixationDensity({ width, height, data: [] }, fixations, sigma);
  expected.flat().forEach((value: number, i: number) => {
    expect(data[i]).toBeCloseTo(value, 12);
  });
});

it('information gain, entropy of a histogram, percentiles', () => {
  expect(informationGain(planeOf(gain.map), planeOf(gain.baseline), gain.fixations)).toBeCloseTo(gain.expected, 12);
  expect(histogramEntropy(entropy.values)).toBeCloseTo(entropy.expected, 12);
  shares.shares.forEach((share: number, i: number) => {
    expect(percentile(shares.values, share)).toBeCloseTo(shares.expected[i], 12);
  });
});

it('edges are those of scipy.ndimage.sobel', () => {
  const { data } = sobelMap(planarOf(sobel.image));
  sobel.expected.flat().forEach((value: number, i: number) => {
    expect(data[i]).toBeCloseTo(value, 5);
  });
});

it("sums have NumPy's roundings, to the last bit", () => {
  const values = Float64Array.from(total.values as number[]);
  expect([5, 100, 128, 129, 264, 777, 1000].map((n) => pairwiseSum(values.subarray(0, n)))).toEqual(total.expected);
});
