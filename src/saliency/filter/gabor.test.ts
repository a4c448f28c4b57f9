import { describe, expect, it } from 'vitest';
import { correlate } from '../../../test/fixtures/saliency/correlate.js';
import { fixtureNumbers, fixturePlane, largestError } from '../../../test/fixtures/saliency/load.js';
import { directions, gaborPair } from './gabor.js';
import { gaborEnergies } from './gabor-energy.js';
import { gaborEnergiesBySpectrum } from './gabor-spectrum.js';

const plane = fixturePlane('filters');
const round = { radius: 4, period: 7, across: 7 / 3, along: 7 / 3 };

describe('Gabor kernels', () => {
  it.each(directions)('at %i degrees have mean 0 and norm 1', (degrees) => {
    for (const kernel of Object.values(gaborPair({ radius: 6, period: 5, across: 2, along: 4 }, degrees))) {
      expect(kernel.reduce((sum, tap) => sum + tap, 0)).toBeCloseTo(0, 12);
      expect(kernel.reduce((sum, tap) => sum + tap * tap, 0)).toBeCloseTo(1, 12);
    }
  });
});

describe('orientation energy', () => {
  it.each(directions)('at %i degrees by rows and columns equals that by whole kernels', (degrees) => {
    const { even, odd } = gaborPair(round, degrees);
    const evenAnswer = correlate(plane, even, 4);
    const oddAnswer = correlate(plane, odd, 4);
    const expected = evenAnswer.data.map((value, i) => Math.abs(value) + Math.abs(oddAnswer.data[i]!));
    const energies = gaborEnergies(plane, { period: 7, sigma: 7 / 3 });
    expect(largestError(energies[directions.indexOf(degrees)]!.data, expected)).toBeLessThan(1e-3);
  });

  it('equals OpenCV at 135 degrees', () => {
    const energy = gaborEnergies(plane, { period: 7, sigma: 7 / 3 })[3]!;
    expect(largestError(energy.data, fixtureNumbers('filters', 'gabor135'))).toBeLessThan(1e-3);
  });

  it('by the spectrum equals that by rows and columns away from the border', () => {
    const bySpectrum = gaborEnergiesBySpectrum(plane, round);
    for (const [index, energy] of gaborEnergies(plane, { period: 7, sigma: 7 / 3 }).entries()) {
      for (let y = 4; y < plane.height - 4; y++) {
        for (let x = 4; x < plane.width - 4; x++) {
          const at = y * plane.width + x;
          expect(Math.abs(bySpectrum[index]!.data[at]! - energy.data[at]!)).toBeLessThan(1e-3);
        }
      }
    }
  });

  it('finds stripes by their direction', () => {
    const stripes = {
      width: 32,
      height: 32,
      data: Float32Array.from({ length: 1024 }, (_, i) => Math.sin(((i % 32) * 2 * Math.PI) / 7)),
    };
    const [upright, , level] = gaborEnergies(stripes, { period: 7, sigma: 7 / 3 }).map(({ data }) => data[16 * 32 + 16]!);
    expect(upright!).toBeGreaterThan(10 * level!);
  });
});
