import { describe, expect, it } from 'vitest';
import { colormap } from './colormap.js';
import type { Image, Plane } from './image.js';
import { overlay } from './overlay.js';
import { planeOf } from './pool.js';
import { viewOfAll } from './view.js';

const photo: Image = { width: 4, height: 2, data: Uint8Array.from({ length: 24 }, (_, i) => i * 10) };
const heat = (...data: number[]): Plane => ({ width: 4, height: 2, data: Float32Array.from(data) });
const pixel = (image: Image, i: number): number[] => [...image.data.slice(i * 3, i * 3 + 3)];
const entry = (name: string, i: number): number[] => [...colormap(name).slice(i * 3, i * 3 + 3)];

describe('overlay', () => {
  it('leaves the photo where nothing was found, and mixes the strongest colour in by the opacity', () => {
    const drawn = overlay(photo, heat(0, -3, 2, 4, Number.NaN, 0, 0, 0), { opacity: 0.5 });
    expect(drawn.range).toEqual([0, 4]);
    for (const untouched of [0, 1, 4, 5]) expect(pixel(drawn.image, untouched)).toEqual(pixel(photo, untouched));
    expect(pixel(drawn.image, 3)).toEqual(pixel(photo, 3).map((v, c) => Math.round(v * 0.5 + entry('turbo', 255)[c]! * 0.5)));
    // Half of the range: smoothstep of 0.5 / 0.6, on the 128th colour.
    const strength = 128 / 255 / 0.6;
    const alpha = 0.5 * strength * strength * (3 - 2 * strength);
    expect(pixel(drawn.image, 2)).toEqual(
      pixel(photo, 2).map((v, c) => Math.round(v * (1 - alpha) + entry('turbo', 128)[c]! * alpha)),
    );
  });

  it('is unchanged by a positive factor', () => {
    const values = [0, 1, 2, 5, -1, 0.5, 3, 4];
    for (const signed of [false, true]) {
      const once = overlay(photo, heat(...values), { signed });
      const twice = overlay(photo, heat(...values.map((v) => v * 2 ** -20)), { signed });
      expect(twice.image.data).toEqual(once.image.data);
      expect(twice.range[1]).toBe(once.range[1] * 2 ** -20);
    }
  });

  it('draws signed maps symmetrically: red above zero, blue below, nothing at it', () => {
    const grey: Image = { width: 4, height: 2, data: new Uint8Array(24).fill(100) };
    const { image, range, colormap: name } = overlay(grey, heat(-2, 2, 0, -1, 1, 0, 0, 0), { signed: true, opacity: 1 });
    expect(name).toBe('blue-red');
    expect(range).toEqual([-2, 2]);
    expect(pixel(image, 0)).toEqual(entry(name, 0));
    expect(pixel(image, 1)).toEqual(entry(name, 255));
    expect(pixel(image, 2)).toEqual([183, 183, 183]);
    expect(pixel(image, 3)[2]).toBeGreaterThan(pixel(image, 3)[0]!);
    expect(pixel(image, 4)[0]).toBeGreaterThan(pixel(image, 4)[2]!);
  });

  it('takes the 99.5th percentile of magnitudes as the range of signed maps', () => {
    const size = 1000;
    const wide: Image = { width: size, height: 1, data: new Uint8Array(size * 3) };
    const data = Float32Array.from({ length: size }, (_, i) => (i % 2 ? 1 : -1) * ((i * 7919) % size) * 1e-3);
    const magnitudes = [...data]
      .map(Math.abs)
      .filter((v) => v > 0)
      .sort((a, b) => a - b);
    const expected = magnitudes[Math.floor(0.995 * magnitudes.length)]!;
    expect(overlay(wide, { width: size, height: 1, data }, { signed: true }).range).toEqual([-expected, expected]);
  });

  it('draws an empty map as the photo', () => {
    expect(overlay(photo, heat(0, 0, 0, 0, 0, 0, 0, 0)).image.data).toEqual(photo.data);
    expect(overlay(photo, heat(0, 0, 0, 0, 0, 0, 0, 0), { signed: true }).range).toEqual([-0, 0]);
  });

  it('dims what the model did not see, and keeps the range it is given', () => {
    const view = { ...viewOfAll(photo), sees: { left: 0, top: 0, right: 2, bottom: 2 } };
    const drawn = overlay(photo, heat(0, 1, 0, 0, 0, 0, 0, 0), { view, range: 8 });
    expect(drawn.range).toEqual([0, 8]);
    expect(pixel(drawn.image, 0)).toEqual(pixel(photo, 0));
    expect(pixel(drawn.image, 3)).toEqual(pixel(photo, 3).map((v) => Math.round(v * 0.45)));
  });

  it('refuses what cannot be drawn', () => {
    expect(() => overlay(photo, { width: 2, height: 4, data: new Float32Array(8) })).toThrow('the map is 2x4, the photo 4x2');
    expect(() => overlay(photo, heat(1, 0, 0, 0, 0, 0, 0, 0), { opacity: 2 })).toThrow('opacity is 0 to 1, not 2');
    expect(() => overlay(photo, heat(1, 0, 0, 0, 0, 0, 0, 0), { range: -1 })).toThrow('range is a number above 0');
  });
});

describe('planeOf', () => {
  const planar = { shape: [2, 3, 1, 2], data: Float32Array.of(0, 0, 0, 0, 0, 0, 1, -2, 3, 4, -5, 6) };

  it.each([
    ['sum', [-1, 8]],
    ['abs-max', [5, 6]],
    ['l2', [Math.sqrt(35), Math.sqrt(56)]],
  ] as const)('pools channels by %s, in both layouts', (pooling, expected) => {
    const out = planeOf(planar, { item: 1, pooling });
    expect([out.width, out.height]).toEqual([2, 1]);
    expect(out.data).toEqual(Float32Array.from(expected));
    const interleaved = { shape: [1, 1, 2, 3], data: Float32Array.of(1, 3, -5, -2, 4, 6) };
    expect(planeOf(interleaved, { pooling, layout: 'NHWC' }).data).toEqual(Float32Array.from(expected));
  });

  it('keeps maps without channels, signs and all', () => {
    expect([...planeOf({ shape: [2, 1, 2], data: Float32Array.of(1, 2, -3, 4) }, { item: 1 }).data]).toEqual([-3, 4]);
    expect(planeOf({ shape: [2, 1], data: Float32Array.of(1, 2) })).toMatchObject({ width: 1, height: 2 });
    expect(() => planeOf({ shape: [4], data: new Float32Array(4) })).toThrow('[4] is no map');
    expect(() => planeOf(planar, { item: 2 })).toThrow('no item 2');
  });
});
