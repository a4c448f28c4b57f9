import { expect, it } from 'vitest';
import { effectiveComplexity } from './entropy.js';

it('counts the pixels above a threshold, whatever their sign', () => {
  expect(effectiveComplexity([0, 2e-5, -2e-5, 1e-5, -3])).toBe(3);
  expect(effectiveComplexity([0, 0.5, -0.5, 0.2], 0.3)).toBe(2);
});
