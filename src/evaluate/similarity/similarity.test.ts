/** Similarity measures: known values from the notes. */
import { expect, it } from 'vitest';
import type { HeatMap } from '../map/heat-map.js';
import { hog, hogSimilarity } from './hog.js';
import { spearman, spearmanAbsolute } from './spearman.js';
import { ssim } from './ssim.js';

const ramp: HeatMap = { width: 64, height: 64, data: Float64Array.from({ length: 4096 }, (_, i) => i / 4095) };
const flipped: HeatMap = {
  ...ramp,
  data: Float64Array.from({ length: 4096 }, (_, i) => ((63 - (i >> 6)) * 64 + (i % 64)) / 4095),
};

it('SSIM hangs on the data range', () => {
  expect(ssim(ramp, flipped, { dataRange: 2 })).toBeCloseTo(0.35072, 5);
  expect(ssim(ramp, flipped)).toBeCloseTo(-0.06755, 5);
  expect(ssim(ramp, flipped, { gaussian: false })).toBeCloseTo(-0.2361, 4);
  expect(ssim(ramp, ramp)).toBe(1);
  expect(() =>
    ssim({ width: 5, height: 5, data: new Float32Array(25) }, { width: 5, height: 5, data: new Float32Array(25) }),
  ).toThrow('at least 11x11');
});

it('HOG of 64x64 in cells of 16 has 324 numbers', () => {
  expect(hog(ramp)).toHaveLength(324);
  expect(hogSimilarity(ramp, ramp)).toBeCloseTo(1, 12);
  expect(() => hog({ width: 40, height: 64, data: new Float32Array(2560) })).toThrow('at least 48x48');
});

it("Spearman's signed and absolute forms disagree", () => {
  expect(spearman([1, -2, 3, -4], [2, 1, 4, -3])).toBe(1);
  expect(spearmanAbsolute([1, -2, 3, -4], [2, 1, 4, -3])).toBeCloseTo(0.6, 12);
  expect(spearman([-1, 1, 1], [0, 0, 2])).toBeCloseTo(0.5, 12);
  expect(spearman([1, 1, 1], [1, 2, 3])).toBe(0);
});
