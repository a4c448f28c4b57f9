/** Whole methods against the programs whose numbers they give. */
import { describe, expect, it } from 'vitest';
import { fixture, fixtureNumbers, fixturePicture, largestError, randomPicture } from '../../test/fixtures/saliency/load.js';
import { saliency } from './saliency.js';

describe.each(['scene-70x110', 'scene-131x67'])('%s', (name) => {
  const picture = fixturePicture(name);

  it('spectral residual equals OpenCV within what its arctangent is off', () => {
    expect(largestError(saliency(picture, 'spectral-residual').data, fixtureNumbers(name, 'spectral_residual'))).toBeLessThan(
      1e-4,
    );
  });

  it('fine-grained equals OpenCV within one level, and almost everywhere', () => {
    const map = saliency(picture, 'fine-grained').data;
    const expected = fixtureNumbers(name, 'fine_grained');
    expect(largestError(map, expected)).toBeLessThan(1.01 / 255);
    const off = map.filter((value, i) => Math.abs(value - expected[i]!) > 1e-6).length;
    expect(off).toBeLessThanOrEqual(map.length / 500);
  });

  it('itti equals the paper’s formulas in NumPy and OpenCV', () => {
    const expected = fixtureNumbers(name, 'itti');
    // A maximum that rounding makes or breaks moves a weight by a little.
    expect(largestError(saliency(picture, 'itti').data, expected)).toBeLessThan(1e-3);
  });
});

it('itti as pySaliencyMap equals it', () => {
  const expected = fixtureNumbers('scene-280x300', 'pysaliencymap');
  const map = saliency(fixturePicture('scene-280x300'), 'itti', { variant: 'pysaliencymap' });
  expect(largestError(map.data, expected)).toBeLessThan(2e-4);
});

it('image signature has the signs of SciPy, also where there is hardly any amplitude', () => {
  const map = saliency(fixturePicture('scene-125x12'), 'image-signature');
  expect(largestError(map.data, fixtureNumbers('scene-125x12', 'image_signature'))).toBeLessThan(1e-6);
});

it.each(['mst', 'mst-hierarchy'])('%s equals NumPy and Higra on distinct floats, grey and RGB', (name) => {
  for (const kind of ['grey', 'rgb']) {
    const folder = `${name}-${kind}-float`;
    const expected = fixture(folder, 'expected').data as Float32Array;
    const most = Math.max(...expected);
    expect(largestError(saliency(fixturePicture(folder), name).data, expected) / most).toBeLessThan(1e-6);
  }
});

it('center-surround averages its scales, and Lab distances are not grey ones', () => {
  const picture = randomPicture(20, 30);
  const [one, two] = [3, 6].map((radius) => saliency(picture, 'center-surround', { radius }).data) as [
    Float32Array,
    Float32Array,
  ];
  const both = saliency(picture, 'center-surround', { radius: 3, scales: 2 }).data;
  expect(
    largestError(
      both,
      one.map((value, i) => (value + two[i]!) / 2),
    ),
  ).toBeLessThan(1e-4);
  expect(largestError(saliency(picture, 'center-surround', { radius: 3, colour: 'lab' }).data, one)).toBeGreaterThan(1);
});

it('the power iteration of GBVS comes to the closed form', () => {
  const picture = randomPicture(64, 80, 3, 3);
  const closed = saliency(picture, 'gbvs').data;
  const iterated = saliency(picture, 'gbvs', { solver: 'power-iteration' }).data;
  expect(largestError(closed, iterated)).toBeGreaterThan(0);
  expect(largestError(closed, iterated)).toBeLessThan(0.05);
});

it('the centre prior is a Gaussian, 1 in the middle', () => {
  const { data } = saliency(randomPicture(21, 41), 'center-prior');
  expect(data[10 * 41 + 20]).toBe(1);
  expect(data[10 * 41]!).toBeCloseTo(Math.exp(-((20 / (0.25 * 41)) ** 2) / 2), 6);
  expect(data[20]!).toBeCloseTo(Math.exp(-((10 / (0.25 * 21)) ** 2) / 2), 6);
});
