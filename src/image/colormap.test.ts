import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeNpy } from '../tensor/npy.js';
import { colormap, colormapNames } from './colormap.js';

const fixture = new Uint8Array(readFileSync(new URL('../../test/fixtures/image/colormaps.npy', import.meta.url)));
const published = decodeNpy(fixture).data as Uint8Array;

/** Lightness of a colour, CIE L* from sRGB. */
function lightness([red, green, blue]: number[]): number {
  const linear = (v: number): number => (v <= 10.31475 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const y = 0.2126 * linear(red!) + 0.7152 * linear(green!) + 0.0722 * linear(blue!);
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

describe('colormap', () => {
  it.each(colormapNames.map((name, i) => [name, i] as const))('%s is within two levels of matplotlib', (name, i) => {
    const table = colormap(name);
    expect(table.length).toBe(768);
    const distance = table.map((value, j) => Math.abs(value - published[i * 768 + j]!));
    expect(Math.max(...distance)).toBeLessThanOrEqual(2);
  });

  it.each(['inferno', 'magma', 'viridis', 'cividis', 'grey'] as const)('%s grows lighter from end to end', (name) => {
    const table = colormap(name);
    const values = Array.from({ length: 64 }, (_, i) => lightness([...table.slice(i * 12, i * 12 + 3)]));
    for (let i = 1; i < values.length; i++) expect(values[i]!).toBeGreaterThan(values[i - 1]!);
  });

  it('blue-red is blue, near white, red', () => {
    const table = colormap('blue-red');
    const [low, zero, high] = [0, 128, 255].map((i) => [...table.slice(i * 3, i * 3 + 3)]);
    expect(low![2]).toBeGreaterThan(low![0]! + 80);
    expect(Math.min(...zero!)).toBeGreaterThan(240);
    expect(high![0]).toBeGreaterThan(high![2]! + 60);
  });

  it('names near ones for a misspelt name', () => {
    expect(() => colormap('virdis')).toThrow('no colour map is called "virdis"; did you mean "viridis"');
    expect(() => colormap('toString')).toThrow('no colour map is called "toString"');
  });
});
