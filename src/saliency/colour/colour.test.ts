import { describe, expect, it } from 'vitest';
import { fixture, fixturePicture, largestError, randoms } from '../../../test/fixtures/saliency/load.js';
import { rgbPlanes } from './channels.js';
import { byteGrey, byteLevels, floatGrey } from './grey.js';
import { labPixels, labPlanes } from './lab.js';
import { labBytes } from './lab-bytes.js';

const colours = fixturePicture('colours');

describe('grey', () => {
  it('of bytes equals cv2.cvtColor in every pixel', () => {
    expect([...byteGrey(colours).data]).toEqual([...(fixture('colours', 'grey').data as Uint8Array)]);
  });

  it('of floats is the same on 0 to 255, not rounded', () => {
    const levels = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0.5, 0.25, 0.125);
    const { data } = floatGrey({ width: 4, height: 1, channels: 3, levels });
    expect(largestError(data, [76.245, 149.685, 29.07, 79.1775])).toBeLessThan(2e-5);
  });

  it('rounds floats to bytes, halves up', () => {
    const levels = Float32Array.of(0, 0.5, 1, 0.1);
    expect([...byteLevels({ width: 4, height: 1, channels: 1, levels })]).toEqual([0, 128, 255, 26]);
  });

  it('of one channel is the channel', () => {
    const levels = Uint8Array.of(3, 200);
    expect(byteGrey({ width: 2, height: 1, channels: 1, levels }).data).toBe(levels);
    expect([...floatGrey({ width: 2, height: 1, channels: 1, levels }).data]).toEqual([3, 200]);
  });
});

describe('Lab', () => {
  it("equals scikit-image's rgb2lab", () => {
    expect(largestError(labPixels(colours), fixture('colours', 'lab').data as Float64Array)).toBeLessThan(2e-5);
  });

  it('is the same of bytes and of their floats', () => {
    const floats = Float32Array.from(colours.levels, (level) => level / 255);
    expect(largestError(labPixels({ ...colours, levels: floats }), labPixels(colours))).toBeLessThan(1e-4);
  });

  it('of grey has no colour', () => {
    const [lightness, a, b] = labPlanes({ width: 50, height: 1, channels: 1, levels: randoms(50) });
    expect(Math.max(...lightness.data)).toBeGreaterThan(90);
    // The white point is rounded to five digits.
    expect(Math.max(...a.data.map(Math.abs), ...b.data.map(Math.abs))).toBeLessThan(0.02);
  });

  it("in bytes equals OpenCV's within a level, and almost everywhere", () => {
    const expected = fixture('colours', 'lab8').data as Uint8Array;
    const planes = labBytes(colours);
    const actual = Uint8Array.from(expected, (_, i) => planes[i % 3]!.data[Math.floor(i / 3)]!);
    expect(largestError(actual, expected)).toBeLessThanOrEqual(1);
    expect(actual.filter((level, i) => level !== expected[i]).length).toBeLessThanOrEqual(expected.length / 1000);
  });
});

describe('channels', () => {
  it('are planes of 0 to 1', () => {
    const [red, green, blue] = rgbPlanes({ width: 2, height: 1, channels: 3, levels: Uint8Array.of(255, 0, 51, 0, 102, 255) });
    expect([...red.data]).toEqual([1, 0]);
    expect(largestError(green.data, [0, 0.4])).toBeLessThan(1e-7);
    expect(largestError(blue.data, [0.2, 1])).toBeLessThan(1e-7);
  });

  it('of grey are one plane three times', () => {
    const [red, green, blue] = rgbPlanes({ width: 1, height: 1, channels: 1, levels: Uint8Array.of(51) });
    expect(green).toBe(red);
    expect(blue).toBe(red);
  });
});
