import { describe, expect, it } from 'vitest';
import { largestError, randomPicture, randoms } from '../../test/fixtures/saliency/load.js';
import { UserError } from '../errors.js';
import type { GivenOptions } from '../options.js';
import type { Picture } from './picture.js';
import { isSaliencyMethod, saliencyMethods, saliencyNamed } from './registry.js';
import { saliency } from './saliency.js';

/** Every method, with every choice that changes what is computed. */
const runs: [name: string, options: GivenOptions][] = saliencyMethods.flatMap(({ name, options }) => {
  const choices = Object.entries(options).flatMap(([key, spec]) =>
    spec.type === 'choice'
      ? spec.choices.filter((c) => c !== spec.default).map((c): [string, GivenOptions] => [name, { [key]: c }])
      : [],
  );
  return [[name, {}] as [string, GivenOptions], ...choices];
});

const seeing = runs.filter(([name]) => !saliencyNamed(name).blind);

describe.each(runs)('%s %j', (name, options) => {
  it.each([
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 3],
    [1, 40],
    [40, 1],
    [9, 70],
    [33, 20],
  ])('has a finite map of %i x %i', (height, width) => {
    for (const channels of [1, 3] as const) {
      const picture = randomPicture(height, width, channels);
      const map = saliency(picture, name, options);
      expect([map.width, map.height, map.data.length]).toEqual([width, height, width * height]);
      expect(map.data.every((value) => value >= 0 && value < Infinity)).toBe(true);
    }
  });

  it('takes floats, leaves the picture as it is, and answers the same again', () => {
    const levels = randoms(30 * 24 * 3, 7);
    const picture: Picture = { width: 30, height: 24, channels: 3, levels };
    const before = levels.slice();
    const map = saliency(picture, name, options);
    expect([...levels]).toEqual([...before]);
    expect([...saliency(picture, name, options).data]).toEqual([...map.data]);
  });
});

it.each(seeing)('%s %j is zero on a picture of one colour, and on a black one', (name, options) => {
  const levels = new Uint8Array(20 * 15 * 3).map((_, i) => [200, 10, 60][i % 3]!);
  expect(saliency({ width: 20, height: 15, channels: 3, levels }, name, options).data.every((value) => value === 0)).toBe(true);
  expect(
    saliency({ width: 3, height: 2, channels: 1, levels: new Uint8Array(6) }, name, options).data.every((v) => v === 0),
  ).toBe(true);
});

/** A red square on a grey ground with a little noise. */
const popOut: Picture = (() => {
  const [width, height] = [96, 80];
  const noise = randoms(width * height * 3, 11);
  const levels = Uint8Array.from(noise, (value) => 120 + value * 6);
  for (let y = 30; y < 46; y++) for (let x = 50; x < 68; x++) levels.set([250, 20, 10], (y * width + x) * 3);
  return { width, height, channels: 3, levels };
})();

describe('what pops out', () => {
  // Entropy and boundaries are strong at the square's edge, not in it.
  const edges = new Set(['local-entropy', 'mst-hierarchy']);
  it.each(seeing.filter(([name]) => !edges.has(name)))('%s %j is stronger in the square than around', (name, options) => {
    const { data } = saliency(popOut, name, options);
    const mean = (inside: boolean) => {
      let [sum, count] = [0, 0];
      for (let i = 0; i < data.length; i++) {
        const [x, y] = [i % 96, Math.floor(i / 96)];
        const within = x >= 50 && x < 68 && y >= 30 && y < 46;
        const near = x >= 40 && x < 78 && y >= 20 && y < 56;
        if (within !== inside || (!inside && near)) continue;
        sum += data[i]!;
        count++;
      }
      return sum / count;
    };
    expect(mean(true)).toBeGreaterThan(1.5 * mean(false));
  });

  it.each([...edges])('%s is strongest at the square or its edge', (name) => {
    const { data } = saliency(popOut, name);
    const place = data.indexOf(Math.max(...data));
    expect(place % 96).toBeGreaterThanOrEqual(40);
    expect(place % 96).toBeLessThan(78);
  });
});

it.each(['center-surround', 'frequency-tuned', 'maximum-symmetric-surround', 'local-entropy', 'center-prior'])(
  '%s of the mirrored picture is the mirrored map',
  (name) => {
    const picture = randomPicture(17, 24);
    const mirror = (values: ArrayLike<number>, channels: number) =>
      Array.from(values, (_, i) => {
        const pixel = Math.floor(i / channels);
        const from = Math.floor(pixel / 24) * 24 + 23 - (pixel % 24);
        return values[from * channels + (i % channels)]!;
      });
    const mirrored = { ...picture, levels: Uint8Array.from(mirror(picture.levels, 3)) };
    expect(largestError(saliency(mirrored, name).data, mirror(saliency(picture, name).data, 1))).toBeLessThan(1e-4);
  },
);

describe.each(runs)('%s %j', (name, options) => {
  const floats = (levels: Float32Array): Picture => ({ width: 6, height: 4, channels: 1, levels });
  it.each<[string, Picture, RegExp]>([
    ['NaN', floats(randoms(24).fill(NaN, 5, 6)), /NaN at element 5/],
    ['infinity', floats(randoms(24).fill(Infinity, 7, 8)), /not finite at element 7/],
    ['floats of 0 to 255', floats(randoms(24).fill(200)), /holds 200;.*divide by 255/],
    ['levels of four channels', { width: 6, height: 4, channels: 3, levels: new Uint8Array(96) }, /has 96 levels, not 72/],
    ['no pixels', { width: 0, height: 4, channels: 1, levels: new Uint8Array(0) }, /0x4: its sides/],
  ])('refuses %s', (_, picture, message) => {
    expect(() => saliency(picture, name, options)).toThrow(UserError);
    expect(() => saliency(picture, name, options)).toThrow(message);
  });

  // Medians and basins do not see the pixel: flat maps inside the methods, where scaling would divide by zero.
  it('is finite on a picture of one colour but for a pixel', () => {
    const levels = new Uint8Array(20 * 15 * 3).fill(90);
    levels[20 * 7 * 3 + 30] = 250;
    const { data } = saliency({ width: 20, height: 15, channels: 3, levels }, name, options);
    expect(data.every((value) => value >= 0 && value < Infinity)).toBe(true);
  });
});

it('spectral residual takes 50 megapixels, and looks at few of them', () => {
  const [width, height] = [8192, 6144];
  const levels = new Uint8Array(width * height);
  for (let y = 3000; y < 3500; y++) levels.fill(255, y * width + 5000, y * width + 5600);
  const { data } = saliency({ width, height, channels: 1, levels }, 'spectral-residual');
  expect(data[3250 * width + 5300]!).toBeGreaterThan(10 * data[1000 * width + 1000]!);
});

describe('mistakes', () => {
  const picture = randomPicture(8, 8);
  it.each<[string, GivenOptions, RegExp]>([
    ['spectral-residual', { variant: 'nosuch' }, /variant cannot be "nosuch"; it is one of opencv, author/],
    ['center-surround', { radius: -3 }, /radius must be at least 1/],
    ['center-surround', { radius: '2.5' }, /whole number/],
    ['local-entropy', { radios: 3 }, /no option "radios"; did you mean "radius"/],
    ['fine-grained', { radius: 3 }, /it has none/],
    ['gbsv', {}, /no saliency method "gbsv"; did you mean "gbvs"/],
    ['deepgaze', {}, /the methods are center-surround, /],
  ])('%s %j: %s', (name, options, message) => {
    expect(() => saliency(picture, name, options)).toThrow(UserError);
    expect(() => saliency(picture, name, options)).toThrow(message);
  });

  it('names are unique and known', () => {
    const names = saliencyMethods.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.every(isSaliencyMethod)).toBe(true);
    expect(isSaliencyMethod('grad-cam')).toBe(false);
  });
});
