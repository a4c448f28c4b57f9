import { describe, expect, it } from 'vitest';
import { UserError } from '../errors.js';
import type { NdArray } from '../tensor/tensor.js';
import { imageOfPicture, isConstant, pictureFromArray, pictureFromImage } from './picture.js';

describe('pictureFromArray', () => {
  it('takes grey and RGB, bytes and floats, without copying', () => {
    const bytes = new Uint8Array(12);
    expect(pictureFromArray({ shape: [2, 2, 3], data: bytes })).toEqual({ width: 2, height: 2, channels: 3, levels: bytes });
    const floats = Float32Array.of(0, 0.5, 1, 0.25, 0.1, 1);
    const grey = pictureFromArray({ shape: [3, 2], data: floats });
    expect(grey).toMatchObject({ width: 2, height: 3, channels: 1 });
    expect(grey.levels).toBe(floats);
  });

  it.each<[string, NdArray, RegExp]>([
    ['four dimensions', { shape: [1, 3, 4, 4], data: new Float32Array(48) }, /shape \[1,3,4,4\].*\[H,W\] or \[H,W,3\]/],
    ['channels first', { shape: [3, 5, 6], data: new Float32Array(90) }, /move the channels to the last/],
    ['alpha', { shape: [4, 4, 4], data: new Uint8Array(64) }, /leave the alpha channel out/],
    ['one dimension', { shape: [4], data: new Uint8Array(4) }, /shape \[4\]/],
    ['no pixels', { shape: [0, 16, 3], data: new Uint8Array(0) }, /empty.*\[0,16,3\]/],
    ['int64', { shape: [2, 2], data: new BigInt64Array(4) }, /dtype int64.*uint8/],
    ['uint16', { shape: [2, 2], data: new Uint16Array(4) }, /dtype uint16.*float32 \(0 to 1\)/],
    ['float64', { shape: [2, 2], data: new Float64Array(4) }, /dtype float64/],
    ['NaN', { shape: [2, 2], data: Float32Array.of(0, 1, NaN, 1) }, /NaN at element 2/],
    ['infinity', { shape: [2, 2], data: Float32Array.of(0, Infinity, 0, 1) }, /not finite at element 1/],
    ['levels of 0 to 255 as floats', { shape: [1, 2], data: Float32Array.of(0, 255) }, /holds 255;.*divide by 255/],
    ['negative floats', { shape: [1, 2], data: Float32Array.of(0, -0.5) }, /holds -0.5/],
  ])('refuses %s', (_, array, message) => {
    expect(() => pictureFromArray(array, 'photo.npy')).toThrow(UserError);
    expect(() => pictureFromArray(array, 'photo.npy')).toThrow(message);
    expect(() => pictureFromArray(array, 'photo.npy')).toThrow(/^photo.npy /);
  });
});

describe('pictures and images', () => {
  it('shares the pixels of an 8-bit image', () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const picture = pictureFromImage({ width: 2, height: 1, data });
    expect(picture.levels).toBe(data);
    expect(imageOfPicture(picture).data).toEqual(data);
    expect(() => pictureFromImage({ width: 0, height: 3, data: new Uint8Array(0) })).toThrow(/0x3/);
  });

  it('shows grey floats as RGB', () => {
    const picture = pictureFromArray({ shape: [1, 2], data: Float32Array.of(0.5, 1) });
    expect([...imageOfPicture(picture).data]).toEqual([128, 128, 128, 255, 255, 255]);
  });

  it('knows a picture of one colour', () => {
    const red = Uint8Array.of(9, 1, 1, 9, 1, 1);
    expect(isConstant({ width: 2, height: 1, channels: 3, levels: red })).toBe(true);
    expect(isConstant({ width: 6, height: 1, channels: 1, levels: red })).toBe(false);
    expect(isConstant({ width: 1, height: 1, channels: 3, levels: red.subarray(0, 3) })).toBe(true);
  });
});
