import { describe, expect, it } from 'vitest';
import { randomPicture } from '../../../test/fixtures/saliency/load.js';
import { pyramid } from '../filter/pyramid.js';
import { itti } from '../itti.js';
import { competed } from './competition.js';
import { contrastsAcrossScales } from './contrast.js';
import { promoted, promotedByBlocks } from './promotion.js';

const mapOf = (peaks: readonly (readonly [x: number, y: number, value: number])[], size = 40) => {
  const map = { width: size, height: size, data: new Float32Array(size * size) };
  for (const [x, y, value] of peaks) map.data[y * size + x] = value;
  return map;
};

describe('the normalisation N', () => {
  it('keeps a map with one peak, scaled', () => {
    expect(promoted(mapOf([[5, 5, 8]])).data[5 * 40 + 5]).toBe(1);
  });

  it('suppresses a map with equal peaks, and one that is flat', () => {
    const many = promoted(
      mapOf([
        [5, 5, 8],
        [20, 5, 8],
        [5, 30, 8],
      ]),
    );
    expect(Math.max(...many.data)).toBe(0);
    expect(Math.max(...promoted({ width: 4, height: 4, data: new Float32Array(16).fill(3) }).data)).toBe(0);
  });

  it('multiplies by (1 - mean of the other maxima)^2', () => {
    const { data } = promoted(
      mapOf([
        [5, 5, 8],
        [20, 5, 4],
        [5, 30, 2],
      ]),
    );
    expect(data[5 * 40 + 5]).toBeCloseTo((1 - 0.375) ** 2, 6);
  });

  it('by blocks of 16, those that end at the border left out', () => {
    // 40 wide: blocks begin at 0 and 16. The last 8 pixels are in none.
    const { data } = promotedByBlocks(
      mapOf([
        [5, 5, 8],
        [20, 20, 4],
        [39, 39, 8],
      ]),
    );
    expect(data[5 * 40 + 5]).toBeCloseTo((1 - (1 + 0.5) / 4) ** 2, 6);
    expect(promotedByBlocks(mapOf([[3, 3, 2]], 16)).data[3 * 16 + 3]).toBe(1);
  });
});

it('in competition the strongest of many peaks wins', () => {
  const map = mapOf([
    [10, 10, 8],
    [30, 10, 5],
    [10, 30, 5],
    [30, 30, 5],
  ]);
  const { data } = competed(map);
  expect(data[10 * 40 + 10]! / Math.max(1e-9, data[10 * 40 + 30]!)).toBeGreaterThan(8 / 5);
  expect(map.data[10 * 40 + 10]).toBe(8);
});

it('contrasts across scales are six, at the size of their centre', () => {
  const plane = { width: 130, height: 70, data: new Float32Array(130 * 70).fill(2) };
  const names: string[] = [];
  const sums = contrastsAcrossScales(pyramid(plane, 8), -1, (_, map, name) => {
    names.push(name);
    expect(Math.max(...map.data)).toBe(0);
  });
  expect(names).toEqual(['2-5', '2-6', '3-6', '3-7', '4-7', '4-8']);
  expect(sums[0]).toMatchObject({ width: 33, height: 18 });
  const added = contrastsAcrossScales(pyramid(plane, 8), 1, (sum, map) => {
    sum.data[0]! += map.data[0]!;
  });
  expect(added.map(({ data }) => data[0])).toEqual([8, 8, 8]);
});

it.each(['itti-1998', 'pysaliencymap', 'walther'] as const)('%s shows its conspicuity maps', (variant) => {
  const shown: string[] = [];
  itti.compute(randomPicture(40, 50), { variant }, (name) => shown.push(name));
  expect(shown).toEqual(expect.arrayContaining(['intensity conspicuity', 'colour conspicuity', 'orientation conspicuity']));
});

it('the paper’s variant shows all 42 feature maps', () => {
  const shown: string[] = [];
  itti.compute(randomPicture(40, 50), { variant: 'itti-1998' }, (name) => shown.push(name));
  expect(shown.filter((name) => /\d-\d$/.test(name))).toHaveLength(42);
});
