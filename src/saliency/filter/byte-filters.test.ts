import { describe, expect, it } from 'vitest';
import { fixture, fixtureNumbers, largestError } from '../../../test/fixtures/saliency/load.js';
import type { BytePlane } from '../colour/grey.js';
import { binomialBytes } from './binomial-bytes.js';
import { diskReach } from './disk.js';
import { median } from './median.js';
import { rankEntropy } from './rank-entropy.js';

const { shape, data } = fixture('byte-filters', 'input');
const input: BytePlane = { width: shape[1]!, height: shape[0]!, data: data as Uint8Array };

it('the median equals cv2.medianBlur in every pixel', () => {
  expect([...median(input, 2).data]).toEqual([...(fixture('byte-filters', 'median5').data as Uint8Array)]);
});

it('the [1 2 1] blur equals cv2.GaussianBlur in every pixel', () => {
  expect([...binomialBytes(input).data]).toEqual([...(fixture('byte-filters', 'binomial').data as Uint8Array)]);
});

it.each([
  [1, 1],
  [1, 2],
  [2, 1],
  [3, 1],
])('the [1 2 1] blur of %ix%i stays within its levels', (width, height) => {
  const blurred = binomialBytes({ width, height, data: new Uint8Array(width * height).fill(200) });
  expect([...blurred.data]).toEqual(new Array(width * height).fill(200));
});

describe('rank entropy', () => {
  it.each([1, 6])('equals skimage.filters.rank.entropy with disk(%i)', (radius) => {
    expect(largestError(rankEntropy(input, radius).data, fixtureNumbers('byte-filters', `entropy${radius}`))).toBeLessThan(5e-7);
  });

  it('is zero on one level, and one bit on two in equal parts', () => {
    const halves = { width: 2, height: 1, data: Uint8Array.of(3, 90) };
    expect([...rankEntropy(halves, 4).data]).toEqual([1, 1]);
    expect([...rankEntropy({ width: 2, height: 1, data: Uint8Array.of(5, 5) }, 4).data]).toEqual([0, 0]);
  });

  it('looks into a disk', () => {
    expect([...diskReach(5)]).toEqual([0, 3, 4, 4, 4, 5, 4, 4, 4, 3, 0]);
    expect(diskReach(5).reduce((sum, reach) => sum + 2 * reach + 1, 0)).toBe(81);
  });
});
