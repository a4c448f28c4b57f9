import { expect, it } from 'vitest';
import { methodNamed } from '../methods/registry.js';
import { registerPlaces, registerRemarks } from './registers.js';

it('names the places of registers in each row of a batch', () => {
  const mask = { shape: [2, 2, 3], data: Float32Array.of(0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) };
  expect([0, 1].map((row) => registerPlaces(mask, row))).toEqual([
    [
      [0, 1],
      [1, 2],
    ],
    [],
  ]);
});

it('says which images have them, and what can be done with the method at hand', () => {
  const rows = [{ registers: [] }, { registers: [[0, 1] as const, [1, 2] as const] }];
  const remarks = (name: string) => registerRemarks(methodNamed(name), rows);
  expect(remarks('legrad')).toEqual([
    'image 1: 2 patches have tokens of a far higher norm than the others, as registers (row/column 0/1, 1/2): what a map says there may not be about the patch; registers=median takes it out',
  ]);
  expect(remarks('chili')[0]).toMatch(/part=register shows it$/);
  expect(remarks('transformer-occlusion')[0]).toMatch(/about the patch$/);
  const many = Array.from({ length: 8 }, (_, i) => [i, 0] as const);
  expect(registerRemarks(methodNamed('legrad'), [{ registers: many }])[0]).toMatch(/^8 patches .*5\/0, \.\.\.\)/);
  expect(registerRemarks(methodNamed('legrad'), [{}])).toEqual([]);
});
