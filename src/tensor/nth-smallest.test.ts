import { describe, expect, it } from 'vitest';
import { nthSmallest } from './nth-smallest.js';
import { random } from './random.js';

describe('nthSmallest', () => {
  const { uniform, below } = random(1);
  const kinds: Record<string, (i: number) => number> = {
    'random numbers': () => uniform(),
    'many ties': () => below(4),
    'all equal': () => 1,
    rising: (i) => i,
    falling: (i) => -i,
    'infinite ones': () => (uniform() < 0.5 ? Number.POSITIVE_INFINITY : uniform()),
  };
  it.each(Object.entries(kinds))('is what sorting gives: %s', (_, number) => {
    for (const length of [1, 2, 3, 10, 101, 1000]) {
      const numbers = Float64Array.from({ length }, (_, i) => number(i));
      const sorted = numbers.slice().sort();
      for (const n of new Set([0, length >> 2, length >> 1, length - 1])) expect(nthSmallest(numbers.slice(), n)).toBe(sorted[n]);
    }
  });
});
