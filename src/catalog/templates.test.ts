import { expect, it } from 'vitest';
import { ensemble, filled, openaiTemplates } from './templates.js';

it('has the eighty sentences, each with a place for the name', () => {
  expect(new Set(openaiTemplates).size).toBe(80);
  expect(filled(openaiTemplates, 'red $& car')).toContain('itap of my red $& car.');
  expect(() => filled(['a photo'], 'cat')).toThrow(/"a photo" has no \{\}/);
});

it('averages directions, not vectors', () => {
  const vectors = { shape: [4, 2], data: Float32Array.of(5, 0, 0, 0.1, 0, 2, 0, 3) };
  expect([...ensemble(['a', 'b'], { phrases: [], vectors }).vectors.data]).toEqual([0.5, 0.5, 0, 1]);
});
