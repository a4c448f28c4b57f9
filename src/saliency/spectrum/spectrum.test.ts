import { describe, expect, it } from 'vitest';
import { fixture, fixtureNumbers, largestError, randoms } from '../../../test/fixtures/saliency/load.js';
import { dct2, inverseDct2 } from './dct.js';
import { fft } from './fft.js';
import { forward2, inverse2, spectrumOf, transposed } from './fft2.js';
import { uprightShifted } from './shift.js';
import { atWorkingSize } from './working-size.js';

function naive(re: Float64Array, im: Float64Array) {
  const n = re.length;
  const at = (k: number, j: number) => (-2 * Math.PI * ((k * j) % n)) / n;
  const sum = (k: number, term: (j: number, angle: number) => number) => re.reduce((total, _, j) => total + term(j, at(k, j)), 0);
  return {
    re: re.map((_, k) => sum(k, (j, a) => re[j]! * Math.cos(a) - im[j]! * Math.sin(a))),
    im: re.map((_, k) => sum(k, (j, a) => re[j]! * Math.sin(a) + im[j]! * Math.cos(a))),
  };
}

const signal = (length: number, seed: number) => Float64Array.from(randoms(length, seed), (value) => value - 0.5);

describe('fft', () => {
  // Powers of two, mixed radices, primes by passes, and primes and their multiples by Bluestein.
  it.each([1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 30, 31, 37, 43, 60, 64, 67, 74, 97, 121, 128, 135, 211, 222])(
    'of length %i equals the sum it stands for',
    (length) => {
      const [re, im] = [signal(length, 1), signal(length, 2)];
      const expected = naive(re, im);
      fft(length)(re, im);
      expect(largestError(re, expected.re)).toBeLessThan(1e-11);
      expect(largestError(im, expected.im)).toBeLessThan(1e-11);
    },
  );

  it.each([
    [12, 3],
    [37, 3],
    // More than the compiled loops have memory for.
    [64, 700],
  ])('of length %i transforms %i signals at once', (length, batch) => {
    const [re, im] = [signal(length * batch, 3), signal(length * batch, 4)];
    const column = (values: Float64Array, s: number) => Float64Array.from({ length }, (_, k) => values[k * batch + s]!);
    const singles = [0, 1, batch - 1].map((s) => {
      const [r, i] = [column(re, s), column(im, s)];
      fft(length)(r, i);
      return { s, r, i };
    });
    fft(length)(re, im, batch);
    for (const { s, r, i } of singles) {
      expect(largestError(column(re, s), r)).toBeLessThan(1e-12);
      expect(largestError(column(im, s), i)).toBeLessThan(1e-12);
    }
  });

  it('with both parts swapped is its own inverse, but for the length', () => {
    const [re, im] = [signal(90, 5), signal(90, 6)];
    const [wasRe, wasIm] = [re.slice(), im.slice()];
    fft(90)(re, im);
    fft(90)(im, re);
    expect(
      largestError(
        re.map((value) => value / 90),
        wasRe,
      ),
    ).toBeLessThan(1e-14);
    expect(
      largestError(
        im.map((value) => value / 90),
        wasIm,
      ),
    ).toBeLessThan(1e-14);
  });
});

describe.each(['transform-64x43', 'transform-15x67', 'transform-1x9', 'transform-30x64'])('%s', (name) => {
  const [height, width] = fixture(name, 'input').shape as [number, number];
  const map = { width, height, data: fixtureNumbers(name, 'input') };

  it('equals numpy.fft.fft2, and comes back', () => {
    const spectrum = spectrumOf(map);
    const complex = { re: map.data.slice(), im: new Float64Array(map.data.length) };
    forward2(complex, map);
    for (const { re, im } of [spectrum, complex]) {
      expect(largestError(transposed(re, height, width), fixtureNumbers(name, 're'))).toBeLessThan(1e-10);
      expect(largestError(transposed(im, height, width), fixtureNumbers(name, 'im'))).toBeLessThan(1e-10);
    }
    const { re, im } = inverse2(spectrum, map);
    expect(
      largestError(
        re.map((value) => value / (width * height)),
        map.data,
      ),
    ).toBeLessThan(1e-13);
    expect(largestError(im, new Float64Array(im.length))).toBeLessThan(1e-9);
  });

  it('equals scipy.fft.dctn, keeps the energy, and comes back', () => {
    const transformed = dct2(map);
    expect(largestError(transformed.data, fixtureNumbers(name, 'dct'))).toBeLessThan(1e-11);
    const energy = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
    expect(energy(transformed.data)).toBeCloseTo(energy(map.data), 8);
    expect(largestError(inverseDct2(transformed).data, map.data)).toBeLessThan(1e-12);
  });
});

it('a matrix is turned over its diagonal', () => {
  const matrix = Float64Array.from({ length: 33 * 20 }, (_, i) => i);
  const turned = transposed(matrix, 33, 20);
  expect(turned[5 * 20 + 7]).toBe(7 * 33 + 5);
  expect([...transposed(turned, 20, 33)]).toEqual([...matrix]);
});

it('a spectrum is shown with its mean in the middle', () => {
  const data = transposed(
    Float64Array.from({ length: 15 }, (_, i) => i),
    5,
    3,
  );
  expect([...uprightShifted({ width: 3, height: 5, data }).data]).toEqual([13, 14, 10, 11, 12, 3, 4, 0, 1, 2, 8, 9, 5, 6, 7]);
});

it('the working size keeps proportions up to 64 times the width', () => {
  const sizeOf = (width: number, height: number) =>
    atWorkingSize({ width, height, data: new Float32Array(width * height) }).height;
  expect([sizeOf(128, 86), sizeOf(300, 100), sizeOf(5, 1), sizeOf(1, 64), sizeOf(1, 500)]).toEqual([43, 22, 13, 4096, 4096]);
});
