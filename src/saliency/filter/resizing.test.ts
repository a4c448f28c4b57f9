import { describe, expect, it } from 'vitest';
import { fixture, fixtureNumbers, fixturePlane, largestError, randoms } from '../../../test/fixtures/saliency/load.js';
import { resizePlane } from '../../image/resize.js';
import { shrinkByArea } from './area.js';
import { resizeBicubic } from './bicubic.js';
import { differenceFrom, resizeBilinear, resizeInto } from './bilinear.js';

const plane = fixturePlane('filters');

describe('bilinear', () => {
  it('equals cv2.INTER_LINEAR, larger and smaller', () => {
    expect(largestError(resizeBilinear(plane, 120, 90).data, fixtureNumbers('filters', 'up'))).toBeLessThan(1e-4);
    expect(largestError(resizeBilinear(plane, 20, 11).data, fixtureNumbers('filters', 'down'))).toBeLessThan(1e-4);
  });

  it.each([
    [1, 1],
    [53, 1],
    [7, 500],
    [53, 37],
  ])('to %ix%i equals ONNX Resize', (width, height) => {
    expect(largestError(resizeBilinear(plane, width, height).data, resizePlane(plane, width, height).data)).toBeLessThan(1e-4);
  });

  it('of several planes gives the sum of what it gives of each', () => {
    const sum = { width: 80, height: 15, data: randoms(1200) };
    const half = { width: 20, height: 11, data: randoms(220, 2) };
    const expected = resizeBilinear(plane, 80, 15).data.map((value, i) => value + resizeBilinear(half, 80, 15).data[i]!);
    resizeInto(sum, plane, half);
    expect(largestError(sum.data, expected)).toBeLessThan(1e-4);
  });

  it.each([1, -1] as const)('gives the difference to another plane, with sign %i', (sign) => {
    const fine = { width: 80, height: 15, data: randoms(1200) };
    const difference = { ...fine, data: new Float32Array(1200) };
    differenceFrom(fine, plane, sign, difference);
    const coarse = resizeBilinear(plane, 80, 15).data;
    expect(
      largestError(
        difference.data,
        fine.data.map((value, i) => Math.abs(value + sign * coarse[i]!)),
      ),
    ).toBeLessThan(1e-4);
  });
});

describe('bicubic', () => {
  it.each([
    [20, 11],
    [31, 80],
    [120, 90],
  ])('to %ix%i equals Pillow within the picture, where no border is seen', (width, height) => {
    const ours = resizeBicubic(plane, width, height);
    const pillow = resizePlane(plane, width, height, { filter: 'bicubic', antialias: true });
    const margin = (size: number, from: number) => Math.ceil(2 * Math.max(1, size / from)) + 1;
    for (let y = margin(height, plane.height); y < height - margin(height, plane.height); y++) {
      for (let x = margin(width, plane.width); x < width - margin(width, plane.width); x++) {
        expect(Math.abs(ours.data[y * width + x]! - pillow.data[y * width + x]!)).toBeLessThan(1e-4);
      }
    }
  });

  it('keeps a picture of its own size, and one of one colour at any', () => {
    expect(largestError(resizeBicubic(plane, plane.width, plane.height).data, plane.data)).toBeLessThan(1e-9);
    const flat = { width: 3, height: 2, data: new Float32Array(6).fill(7) };
    expect(largestError(resizeBicubic(flat, 64, 1).data, new Float64Array(64).fill(7))).toBeLessThan(1e-12);
  });

  it('mirrors the border: the first of two columns shrunk by half weighs them and their mirror image', () => {
    // imresize([0 1 2 3], [1 2]): taps at -3.5 ... 4.5 of both halves; symmetric about the middle.
    const { data } = resizeBicubic({ width: 4, height: 1, data: Float32Array.of(0, 1, 2, 3) }, 2, 1);
    expect(data[0]! + data[1]!).toBeCloseTo(3, 12);
    expect(data[0]!).toBeCloseTo(0.4609375, 12);
  });
});

it('area shrinking equals cv2.INTER_AREA within a level, and to the bit by whole factors', () => {
  const { shape, data } = fixture('byte-filters', 'input');
  const picture = { width: shape[1]!, height: shape[0]!, channels: 1 as const, levels: data as Uint8Array };
  const expected = fixture('byte-filters', 'area').data as Uint8Array;
  expect(largestError(shrinkByArea(picture, 21, 14).levels, expected)).toBeLessThanOrEqual(1);
  const levels = Uint8Array.from({ length: 52 * 36 }, (_, i) => picture.levels[Math.floor(i / 52) * 53 + (i % 52)]!);
  const whole = shrinkByArea({ width: 52, height: 36, channels: 1, levels }, 13, 9);
  expect([...whole.levels]).toEqual([...(fixture('byte-filters', 'area_whole').data as Uint8Array)]);
});

it('area shrinking of floats keeps the mean', () => {
  const levels = randoms(60 * 40 * 3);
  const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const small = shrinkByArea({ width: 60, height: 40, channels: 3, levels }, 17, 11);
  expect(mean(small.levels)).toBeCloseTo(mean(levels), 5);
});
