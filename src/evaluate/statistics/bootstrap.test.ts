/** The bootstrap: its interval covers, repeats with its seed, and is silent where nothing is known. */
import { expect, it } from 'vitest';
import { random } from '../../tensor/random.js';
import { bootstrapMean } from './bootstrap.js';

it('has an interval near mean +- 1.96 standard errors', () => {
  const { normal } = random(2);
  const values = Array.from({ length: 200 }, normal);
  const { mean, low, high, n } = bootstrapMean(values);
  expect(n).toBe(200);
  expect(low!).toBeCloseTo(mean - 1.96 / Math.sqrt(200), 1);
  expect(high!).toBeCloseTo(mean + 1.96 / Math.sqrt(200), 1);
  expect(bootstrapMean(values)).toEqual(bootstrapMean(values));
});

it('has none for one image, and leaves out what is not finite', () => {
  expect(bootstrapMean([3])).toEqual({ mean: 3, n: 1 });
  expect(bootstrapMean([3, Number.NaN])).toEqual({ mean: 3, n: 1 });
  expect(bootstrapMean([]).n).toBe(0);
});
