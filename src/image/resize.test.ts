import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeNpy } from '../tensor/npy.js';
import type { Image, Plane } from './image.js';
import type { Filter } from './resampling.js';
import { resizeImage, resizePlane } from './resize.js';

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../test/fixtures/image/${name}`, import.meta.url)));
const source: Image = { width: 37, height: 23, data: decodeNpy(fixture('resize-source.npy')).data as Uint8Array };
const pillow = decodeNpy(fixture('resize-pillow.npy')).data as Uint8Array;
const { cases, planes, opencv } = JSON.parse(new TextDecoder().decode(fixture('resize.json'))) as {
  cases: { filter: Filter; size: [number, number]; box: [number, number, number, number] | null; offset: number }[];
  planes: { source: number[][]; cases: { size: [number, number]; antialias: boolean; data: number[] }[] };
  opencv: { size: [number, number]; data: number[] };
};

describe('resizeImage', () => {
  it.each(cases)('equals Pillow in every byte: $filter to $size of $box', ({ filter, size: [width, height], box, offset }) => {
    const [left, top, right, bottom] = box ?? [0, 0, source.width, source.height];
    const out = resizeImage(source, width, height, filter, { box: { left, top, right, bottom } });
    expect([...out.data]).toEqual([...pillow.subarray(offset, offset + width * height * 3)]);
  });

  it('without antialias is cv2.INTER_LINEAR within one level', () => {
    const [width, height] = opencv.size;
    const out = resizeImage(source, width, height, 'bilinear', { antialias: false });
    expect(Math.max(...out.data.map((v, i) => Math.abs(v - opencv.data[i]!)))).toBeLessThanOrEqual(1);
  });

  it('keeps a single colour, whatever the filter', () => {
    const flat: Image = { width: 9, height: 7, data: new Uint8Array(9 * 7 * 3).fill(201) };
    for (const filter of ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'] as const) {
      expect(new Set(resizeImage(flat, 23, 3, filter).data)).toEqual(new Set([201]));
    }
  });

  it('refuses sizes and boxes that make no picture', () => {
    expect(() => resizeImage(source, 0, 4, 'box')).toThrow('resize: 0x4 is not a size');
    expect(() => resizeImage(source, 4, 4, 'box', { box: { left: 0, top: 0, right: 38, bottom: 2 } })).toThrow(
      'leaves the image of 37x23',
    );
    expect(() => resizeImage(source, 4, 4, 'box', { box: { left: 3, top: 0, right: 3, bottom: 2 } })).toThrow('is empty');
  });
});

describe('resizePlane', () => {
  const plane: Plane = { width: 7, height: 5, data: Float32Array.from(planes.source.flat()) };

  it.each(planes.cases)(
    'equals torch interpolate to $size, antialias $antialias',
    ({ size: [width, height], antialias, data }) => {
      const out = resizePlane(plane, width, height, { antialias });
      expect(Math.max(...out.data.map((v, i) => Math.abs(v - data[i]!)))).toBeLessThan(3e-6);
    },
  );

  it('keeps a ramp a ramp, with the border repeated', () => {
    const ramp: Plane = { width: 4, height: 1, data: Float32Array.of(0, 1, 2, 3) };
    expect([...resizePlane(ramp, 8, 1).data]).toEqual([0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]);
  });

  it('is zero where the box leaves the plane', () => {
    const one: Plane = { width: 2, height: 1, data: Float32Array.of(5, 7) };
    expect([...resizePlane(one, 6, 1, { box: { left: -2, top: 0, right: 4, bottom: 1 } }).data]).toEqual([0, 0, 5, 7, 0, 0]);
  });

  it('repeats the nearest value', () => {
    const one: Plane = { width: 2, height: 2, data: Float32Array.of(1, 2, 3, 4) };
    expect([...resizePlane(one, 4, 2, { filter: 'nearest' }).data]).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  });
});
