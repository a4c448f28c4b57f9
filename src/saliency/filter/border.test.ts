import { expect, it } from 'vitest';
import { bordered, reflect101, replicate, symmetric } from './border.js';

it.each([
  ['reflect101', reflect101, 'bcdcbabcdcba'],
  ['symmetric', symmetric, 'ddcbaabcddcb'],
  ['replicate', replicate, 'aaaaaabcdddd'],
] as const)('%s goes on at any distance', (_, border, expected) => {
  expect([...bordered(border, -5, 12, 4)].map((i) => 'abcd'[i]).join('')).toBe(expected);
});

it.each([reflect101, symmetric, replicate])('a single pixel is all there is', (border) => {
  expect([...bordered(border, -3, 7, 1)]).toEqual([0, 0, 0, 0, 0, 0, 0]);
});
