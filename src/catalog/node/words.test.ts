import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runtime } from '../../../test/networks.js';
import { textFixture } from '../../../test/texts.js';
import { path } from '../../../test/transformers.js';
import { cosine } from '../../explain/text-scores.js';
import { encodeTexts, type Towers } from './image-text.js';
import { logitScale } from './logit-scale.js';
import { openTextTower } from './text-tower.js';
import { explainWords, wordMethodNamed, wordMethods } from './words.js';

const scratch = mkdtempSync(join(tmpdir(), 'words-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const towersOf = (folder: string): Towers => ({ folder, vision: '', text: join(folder, 'onnx/text_model.onnx') });

/** Lengths 16 and 24 by their towers, and as long as the text is. */
const folders = [path('clip-openclip'), textFixture('siglip'), textFixture('clip')];

describe.each(folders)('words of a text in %s', (folder) => {
  const towers = towersOf(folder);
  const text = 'two people in a red car';

  it('weigh as much as the cosine falls without them', async () => {
    const ort = await runtime;
    const without = text.split(' ').map((word) =>
      text
        .split(' ')
        .filter((other) => other !== word)
        .join(' '),
    );
    const { vectors } = await encodeTexts(towers, ort, [text, ...without]);
    const [count, length] = vectors.shape as [number, number];
    const image = Float32Array.from({ length }, (_, i) => Math.cos(3 * i));
    const scores = Array.from({ length: count }, (_, i) => cosine(vectors.data.slice(i * length, (i + 1) * length), image));
    const explained = await explainWords(towers, ort, text, 'occlusion');
    const words = await explained.words(image);
    expect(words.map(({ token }) => token)).toEqual(text.split(' '));
    for (const [i, { relevance }] of words.entries()) expect(relevance).toBeCloseTo(scores[0]! - scores[i + 1]!, 5);
    // The image's length does not count.
    const again = await explained.words(image.map((value) => 7 * value));
    for (const [i, { relevance }] of again.entries()) expect(relevance).toBeCloseTo(words[i]!.relevance, 5);
  });

  it('add up their tokens, and stand between what is no word', async () => {
    const explained = await explainWords(towers, await runtime, text, 'input-x-gradient');
    const { output } = openTextTower(towers);
    const image = Float32Array.from({ length: output.shape!.at(-1) as number }, (_, i) => Math.cos(3 * i));
    const words = await explained.words(image);
    await explained.dispose();
    expect(words.filter(({ isSpecial }) => !isSpecial).map(({ token }) => token)).toEqual(text.split(' '));
    expect(words.at(-1)!.isSpecial).toBe(true);
  });
});

it('names the methods where another is asked for', () => {
  for (const method of wordMethods) expect(wordMethodNamed(method)).toBe(method);
  expect(() => wordMethodNamed('magic')).toThrow(/words are explained by occlusion, .*, not by "magic"/);
});

describe('the logit scale', () => {
  const stated = (name: string, value: unknown) => {
    const folder = mkdtempSync(join(scratch, `${name}-`));
    writeFileSync(join(folder, 'config.json'), JSON.stringify(value));
    return logitScale(folder);
  };

  it.each([
    ['100 where nothing is said', {}, 100],
    ['100 where only the start of training is said', { logit_scale_init_value: 2.6592 }, 100],
    ['what else the configuration says', { logit_scale_init_value: Math.log(25) }, 25],
    ['what the configuration says of its end', { logit_scale: Math.log(40), logit_scale_init_value: 2.6592 }, 40],
  ])('is %s', (_, config, wanted) => expect(stated('scale', config)).toBeCloseTo(wanted, 9));
});

describe('tokenizers that are missing', () => {
  it('are named where another kind is there', () => {
    const folder = join(scratch, 'spiece');
    cpSync(textFixture('siglip/onnx'), join(folder, 'onnx'), { recursive: true });
    expect(() => openTextTower(towersOf(folder))).toThrow(
      /there is no .*tokenizer.json, so texts cannot be read; give --text-embedding/,
    );
    copyFileSync(textFixture('cases.json'), join(folder, 'spiece.model'));
    expect(() => openTextTower(towersOf(folder))).toThrow(
      /cannot be read \(spiece.model is not; AutoTokenizer.* makes a tokenizer.json of it\)/,
    );
  });
});
