import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { path } from '../../test/transformers.js';
import { tokenizerFrom } from './tokenizer.js';

const tokenizer = (name: string) => tokenizerFrom(JSON.parse(readFileSync(path(name), 'utf8')));

/** Ids by Hugging Face's tokenizers 0.23. */
describe('tokenizers', () => {
  it.each([
    ['clip.tokenizer.json', 'Two people,  a RED car', [0, 204, 200, 57, 56, 154, 112, 1]],
    [
      'clip.tokenizer.json',
      "it's 24 o'clock éà 漢字",
      [0, 22, 40, 101, 45, 51, 53, 1, 111, 16, 60, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    ],
    ['clip.tokenizer.json', '', [0, 1]],
    ['clip-openclip/tokenizer.json', 'Two people,  a RED car', [1, 61, 45, 5, 15, 48, 25, 69, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['clip-openclip/tokenizer.json', "it's 24 o'clock éà 漢字", [1, 2, 4, 51, 2, 2, 4, 2, 2, 2, 69, 0, 0, 0, 0, 0]],
  ])('%s reads "%s"', (name, text, ids) => {
    const { encode, lengths } = tokenizer(name);
    expect(encode(text, lengths).ids).toEqual(ids);
  });

  it('cut a text that is too long, keep its end, and say so', () => {
    const { ids, mask, cutFrom } = tokenizer('clip.tokenizer.json').encode('a photo of a dog', { most: 4, padded: 6 });
    expect(ids).toEqual([0, 56, 99, 1, 0, 0]);
    expect(mask).toEqual([1, 1, 1, 1, 0, 0]);
    expect(cutFrom).toBe(7);
  });

  it('refuse a kind that is not read', () => {
    expect(() => tokenizerFrom({ model: { type: 'Telepathy', vocab: {} }, added_tokens: [] })).toThrow(/of type Telepathy/);
  });
});
