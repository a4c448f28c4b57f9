/** Fixation metrics: densities, baselines, and what is refused. */
import { expect, it } from 'vitest';
import type { HeatMap } from '../map/heat-map.js';
import { aucJudd } from './auc-judd.js';
import { fixationDensity } from './density.js';
import { informationGain } from './information-gain.js';
import { klDivergence } from './kl-divergence.js';
import { nss } from './nss.js';
import { shuffledAuc } from './shuffled-auc.js';
import { similarity } from './similarity.js';

const flat: HeatMap = { width: 8, height: 4, data: new Float64Array(32).fill(1) };
const fixations = [
  [1, 2],
  [2, 5.9],
] as const;

it('the density of fixations sums to 1, is its own best predictor, and beats a flat baseline', () => {
  const density = fixationDensity(flat, fixations, 1);
  expect(density.data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  expect(klDivergence(density, density)).toBeCloseTo(0, 9);
  expect(similarity(density, density)).toBeCloseTo(1, 12);
  expect(aucJudd(density, fixations)).toBeGreaterThan(0.9);
  expect(informationGain(density, flat, fixations)).toBeGreaterThan(1);
  expect(informationGain(flat, flat, fixations)).toBe(0);
});

it('a constant map is at chance', () => {
  expect(aucJudd(flat, fixations)).toBe(0.5);
  expect(nss(flat, fixations)).toBe(0);
  expect(shuffledAuc(flat, fixations, [[0, 0]])).toBe(0.5);
});

it('refuses what cannot be judged', () => {
  expect(() => nss(flat, [])).toThrow('there are no fixations');
  expect(() => nss(flat, [[4, 0]])).toThrow('the fixation [4, 0] (row, column) lies outside the map of 8x4');
  expect(() => shuffledAuc(flat, fixations, [])).toThrow('fixations on other images');
  expect(() => klDivergence({ ...flat, data: new Float64Array(32) }, flat)).toThrow('zero everywhere');
  expect(() => similarity({ ...flat, data: new Float64Array(32).fill(-1) }, flat)).toThrow('negative values');
});
