import { describe, expect, it } from 'vitest';
import { correlate } from '../../../test/fixtures/saliency/correlate.js';
import { fixtureNumbers, fixturePlane, largestError, randoms } from '../../../test/fixtures/saliency/load.js';
import { mildBilateral } from './bilateral.js';
import { binomial } from './binomial.js';
import { reflect101, replicate } from './border.js';
import { boxMean } from './box-mean.js';
import { fadeBorder } from './fade.js';
import { byteIntegral, integral, rectangleSum } from './integral.js';
import { gaussianKernel } from './kernels.js';
import { localMaxima } from './local-maxima.js';
import { pyramid, pyrDown } from './pyramid.js';
import { filterRows, separable } from './separable.js';

const plane = fixturePlane('filters');
const small = fixturePlane('filters', 'small');

describe('box mean', () => {
  it("equals SciPy's uniform_filter, also where the window is larger than the picture", () => {
    expect(largestError(boxMean(plane, 7, 'reflect101').data, fixtureNumbers('filters', 'mean7'))).toBeLessThan(2e-5);
    expect(largestError(boxMean(small, 9, 'reflect101').data, fixtureNumbers('filters', 'small9'))).toBeLessThan(2e-5);
  });

  it.each([1, 3, 60])('clipped, is the mean of what the window holds (radius %i)', (radius) => {
    const { width, height, data } = plane;
    const expected = data.map((_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      let [sum, count] = [0, 0];
      for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++) {
        for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++) {
          sum += data[v * width + u]!;
          count++;
        }
      }
      return sum / count;
    });
    expect(largestError(boxMean(plane, radius, 'clip').data, expected)).toBeLessThan(2e-5);
  });
});

describe('separable filters', () => {
  it('equal cv2.GaussianBlur', () => {
    const kernel = gaussianKernel(5, 8);
    expect(largestError(kernel.taps, [0.19688248, 0.20155142, 0.2031322, 0.20155142, 0.19688248])).toBeLessThan(1e-8);
    const blurred = separable(plane, kernel, kernel, reflect101);
    expect(largestError(blurred.data, fixtureNumbers('filters', 'gauss5'))).toBeLessThan(5e-5);
  });

  it('put even kernels where MATLAB does: one farther to the right', () => {
    expect(gaussianKernel(10, 2.5).first).toBe(-4);
    expect(gaussianKernel(12, 2.88).first).toBe(-5);
    const spike = { width: 5, height: 1, data: Float64Array.of(0, 0, 1, 0, 0) };
    const taps = Float64Array.of(1, 2, 3, 4);
    expect([...filterRows(spike, { taps, first: -1 }, 'zero').data]).toEqual([4, 3, 2, 1, 0]);
  });

  it('leave out, count as zero or repeat what lies outside', () => {
    const ones = { width: 4, height: 1, data: Float64Array.of(1, 1, 1, 1) };
    const kernel = { taps: Float64Array.of(1, 2, 1), first: -1 };
    expect([...filterRows(ones, kernel, 'zero').data]).toEqual([3, 4, 4, 3]);
    expect([...filterRows(ones, kernel, 'renormalise').data]).toEqual([4, 4, 4, 4]);
    expect([...filterRows(ones, kernel, replicate).data]).toEqual([4, 4, 4, 4]);
  });

  it('blur interleaved channels by [1 2 1], made up for at the border', () => {
    const pixels = Float32Array.of(0, 8, 4, 8, 12, 8);
    expect(largestError(binomial(pixels, 3, 1, 2), [4 / 3, 8, 5, 8, 28 / 3, 8])).toBeLessThan(1e-6);
    expect([...binomial(Float32Array.of(5), 1, 1, 1)]).toEqual([5]);
    expect(largestError(binomial(Float32Array.of(0, 3), 1, 2, 1), [1, 2])).toBeLessThan(1e-6);
  });
});

it('a correlation equals cv2.filter2D, tap for tap', () => {
  const ones = correlate(plane, new Float64Array(9).fill(1 / 9), 1);
  const box = boxMean(plane, 1, 'reflect101');
  expect(largestError(ones.data, box.data)).toBeLessThan(1e-4);
});

describe('pyramids', () => {
  it('equal cv2.pyrDown', () => {
    expect(largestError(pyrDown(plane).data, fixtureNumbers('filters', 'pyrdown'))).toBeLessThan(3e-5);
    const sliver = { width: 3, height: 1, data: plane.data.slice(0, 3) };
    expect(largestError(pyrDown(sliver).data, fixtureNumbers('filters', 'pyrdown_small'))).toBeLessThan(3e-5);
  });

  it('halve, rounding up, down to a pixel', () => {
    expect(pyramid(plane, 8).map(({ width, height }) => `${width}x${height}`)).toEqual([
      '53x37',
      '27x19',
      '14x10',
      '7x5',
      '4x3',
      '2x2',
      '1x1',
      '1x1',
      '1x1',
    ]);
  });
});

it('the bilateral filter equals cv2.bilateralFilter where values differ by little', () => {
  const input = { ...plane, data: plane.data.map((level) => level / 255) };
  const filtered = mildBilateral(input, { value: 3, place: 1.55 });
  expect(largestError(filtered.data, fixtureNumbers('filters', 'bilateral'))).toBeLessThan(5e-5);
});

describe('integral images', () => {
  it('sum rectangles of one of several channels', () => {
    const sums = integral({ width: 2, height: 2, data: [1, 10, 2, 20, 3, 30, 4, 40] }, 2, 1);
    expect(rectangleSum(sums, 0, 0, 2, 2)).toBe(100);
    expect(rectangleSum(sums, 1, 0, 2, 2)).toBe(60);
    expect(rectangleSum(sums, 1, 1, 1, 2)).toBe(0);
  });

  it('are exact beyond single precision', () => {
    const side = 300;
    const sums = integral({ width: side, height: side, data: new Uint8Array(side * side).fill(255) });
    expect(rectangleSum(sums, 299, 299, 300, 300)).toBe(255);
    expect(rectangleSum(sums, 0, 0, side, side)).toBe(255 * side * side);
  });

  it('of bytes wrap around and still give the sums of windows', () => {
    const [width, height] = [3000, 3000];
    const { stride, sums } = byteIntegral({ width, height, data: new Uint8Array(width * height).fill(255) });
    const corner = (x: number, y: number) => sums[y * stride + x]!;
    expect(corner(width, height)).toBeLessThan(0);
    expect((corner(width, height) - corner(2900, height) - corner(width, 2900) + corner(2900, 2900)) | 0).toBe(255 * 100 * 100);
  });
});

it('local maxima are strictly above all 8 neighbours', () => {
  const rows = [
    [5, 1, 1, 3],
    [1, 1, 2, 2],
    [4, 4, 1, 1],
    [1, 1, 1, 9],
  ];
  expect(localMaxima({ width: 4, height: 4, data: Float32Array.from(rows.flat()) })).toEqual([0, 3, 15]);
  expect(localMaxima({ width: 1, height: 1, data: Float32Array.of(2) })).toEqual([0]);
});

it('fading begins at the border, over at most half the shorter side', () => {
  const ones = () => ({ width: 6, height: 5, data: new Float32Array(30).fill(1) });
  expect([...fadeBorder(ones(), 1).data.subarray(6, 12)]).toEqual([0.5, 1, 1, 1, 1, 0.5]);
  expect(largestError(fadeBorder(ones(), 9).data.subarray(12, 18), [1 / 3, 2 / 3, 1, 1, 2 / 3, 1 / 3])).toBeLessThan(1e-6);
  const line = { width: 9, height: 1, data: randoms(9) };
  expect([...fadeBorder({ ...line, data: line.data.slice() }, 4).data]).toEqual([...line.data]);
});
