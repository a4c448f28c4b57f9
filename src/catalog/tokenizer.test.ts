import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { textFixture, textFixtures } from '../../test/texts.js';
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

  it.each(textFixtures.tokenizers)('$file reads "$text" as the library does that made it', ({ file, text, ids }) => {
    const { encode } = tokenizerFrom(JSON.parse(readFileSync(textFixture(file), 'utf8')));
    expect(encode(text).ids).toEqual(ids);
  });

  it.each([
    ['siglip/tokenizer.json', ['two', 'people', 'a', 'giraffe', 'café', '</s>']],
    ['wordpiece.tokenizer.json', ['[CLS]', 'two', 'people', ',', 'a', 'giraffe', ';', 'cafe', '[UNK]', '[SEP]']],
    [
      'clip/tokenizer.json',
      ['<|startoftext|>', 'two', 'people', ',', 'a', 'giraffe', ';', 'café', '<|endoftext|>', '<|endoftext|>'],
    ],
  ])('%s puts tokens together as words', (file, wanted) => {
    const { encode, words } = tokenizerFrom(JSON.parse(readFileSync(textFixture(file), 'utf8')));
    const tokens = encode('Two people,  a GIRAFFE; café!', { padded: 30 });
    const found = words(tokens);
    expect(found.map(({ text }) => text)).toEqual(wanted);
    // An unknown word is one of the text's, though it is written as its end is.
    const around = file.startsWith('siglip') ? [false, true] : [true, true];
    expect([found[0]!.isSpecial, found.at(-1)!.isSpecial]).toEqual(around);
    expect(found.filter(({ isSpecial }) => isSpecial).length).toBe(around.filter(Boolean).length);
    expect(found.map(({ first }) => first)).toEqual([0, ...found.slice(0, -1).map(({ end }) => end)]);
    expect(found.at(-1)!.end).toBe(tokens.mask.filter(Boolean).length);
  });

  it('know the words of a text that was cut', () => {
    const { encode, words } = tokenizer('clip.tokenizer.json');
    const found = words(encode('a photo of a dog', { most: 4, padded: 6 }));
    expect(found.map(({ isSpecial }) => isSpecial)).toEqual([true, false, false, true]);
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
