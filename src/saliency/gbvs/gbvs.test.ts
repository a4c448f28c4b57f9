import { describe, expect, it } from 'vitest';
import { largestError, randomPicture, randoms } from '../../../test/fixtures/saliency/load.js';
import { equilibrium, equilibriumByIteration } from './activation.js';
import { decimated, gbvsFeatures } from './features.js';

describe('equilibrium', () => {
  const map = { width: 9, height: 7, data: Float64Array.from(randoms(63)) };

  it('is where the iteration goes', () => {
    const closed = equilibrium(map, 1.2);
    expect(closed.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(largestError(equilibriumByIteration(map, 1.2, 1e-12), closed)).toBeLessThan(1e-10);
  });

  it('does not change with scale and offset of the map', () => {
    const changed = { ...map, data: map.data.map((value) => 3 * value + 20) };
    expect(largestError(equilibrium(changed, 1.2), equilibrium(map, 1.2))).toBeLessThan(1e-12);
  });

  it('is uniform on a flat map', () => {
    const flat = { width: 4, height: 1, data: new Float64Array(4).fill(2) };
    expect([...equilibrium(flat, 1)]).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect([...equilibriumByIteration(flat, 1, 1e-4)]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('gathers at the one cell that differs', () => {
    const odd = { width: 5, height: 5, data: new Float64Array(25) };
    odd.data[12] = 1;
    expect(equilibrium(odd, 1)[12]!).toBeCloseTo(0.5, 12);
  });
});

describe('features', () => {
  it('are 21: two of colour, one of intensity and four of orientation on three scales', () => {
    const features = gbvsFeatures(randomPicture(64, 96));
    expect(features.map(({ name }) => name).filter((name) => name.endsWith(' 3'))).toEqual([
      'blue-yellow 3',
      'red-green 3',
      'intensity 3',
      '0 degrees 3',
      '45 degrees 3',
      '90 degrees 3',
      '135 degrees 3',
    ]);
    expect(features).toHaveLength(21);
    expect(features.map(({ map }) => map.width).filter((width, i) => i % 7 === 0 && width)).toEqual([24, 12, 6]);
  });

  it('are halved with the border made up for', () => {
    const ones = { width: 7, height: 5, data: new Float32Array(35).fill(1) };
    const half = decimated(ones);
    expect([half.width, half.height]).toEqual([3, 2]);
    expect([...half.data]).toEqual([1, 1, 1, 1, 1, 1]);
    const row = { width: 6, height: 1, data: Float32Array.of(1, 2, 4, 8, 16, 32) };
    // Pixels 0 to 3 weigh 10, 10, 5, 1 of 26; pixels 0 to 5 weigh 1, 5, 10, 10, 5, 1 of 32.
    expect(largestError(decimated(row).data, [58 / 26, 243 / 32, (4 + 40 + 160 + 320) / 26])).toBeLessThan(1e-6);
  });
});
