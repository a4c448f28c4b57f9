/** Which words of a text matter for its likeness to an image. */
import { fail } from '../../errors.js';
import type { WordRelevance } from '../../explain/explanation.js';
import { cosine } from '../../explain/text-scores.js';
import { type TextMethod, textMethods } from '../../explain/words/methods.js';
import { loadText } from '../../explain/words/relevance.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { Tokens } from '../tokenizer.js';
import type { Towers } from './image-text.js';
import { feedsOf, openTextTower, type TextTower, vectorsOf } from './text-tower.js';

export type WordMethod = 'occlusion' | TextMethod;

export const wordMethods = ['occlusion', ...Object.keys(textMethods)] as readonly WordMethod[];

/** @throws UserError for a method that there is not */
export function wordMethodNamed(name: string): WordMethod {
  return (
    wordMethods.find((method) => method === name) ?? fail(`words are explained by ${wordMethods.join(', ')}, not by "${name}"`)
  );
}

/** The words of one text, for any number of images. */
export interface ExplainedText {
  /** @param image its embedding, [D] */
  readonly words: (image: Float32Array) => Promise<readonly WordRelevance[]>;
  readonly dispose: () => Promise<void>;
}

/**
 * Occlusion: how far the cosine falls when a word is left out of the text. The other methods yield the relevance of tokens, which words
 * add up; those that say where the text begins and ends stand among the words.
 * @throws UserError if the folder has no text tower or tokenizer, or the method does not fit the tower
 */
export async function explainWords(towers: Towers, runtime: Runtime, phrase: string, method: WordMethod): Promise<ExplainedText> {
  const tower = openTextTower(towers);
  const tokens = tower.tokenizer.encode(phrase, tower.lengths);
  return method === 'occlusion' ? occluded(tower, runtime, tokens) : attributed(tower, runtime, tokens, method);
}

async function occluded(tower: TextTower, runtime: Runtime, tokens: Tokens): Promise<ExplainedText> {
  const ids = tokens.ids.filter((_, i) => tokens.mask[i]);
  const words = tower.tokenizer.words(tokens).filter(({ isSpecial }) => !isSpecial);
  const without = words.map(({ first, end }) =>
    tower.tokenizer.padded([...ids.slice(0, first), ...ids.slice(end)], tower.lengths),
  );
  const [whole, ...others] = await vectorsOf(tower, runtime, [tokens, ...without]);
  return {
    words: async (image) => {
      const score = cosine(whole!, image);
      return words.map(({ text }, i) => ({ token: text, relevance: score - cosine(others[i]!, image) }));
    },
    dispose: async () => {},
  };
}

async function attributed(tower: TextTower, runtime: Runtime, tokens: Tokens, method: TextMethod): Promise<ExplainedText> {
  const { graph, weights, ids, output, tokenizer } = tower;
  const feeds = feedsOf(tower, tokens);
  const loaded = await loadText({ tower: { graph, weights, runtime }, ids: ids.name, output: output.name, feeds }, method);
  const words = tokenizer.words(tokens);
  return {
    words: async (image) => {
      const { values } = await loaded.explain(image);
      return words.map(({ text, first, end, isSpecial }) => {
        const relevance = values.subarray(first, end).reduce((sum, value) => sum + value, 0);
        return { token: text, relevance, ...(isSpecial && { isSpecial }) };
      });
    },
    dispose: loaded.dispose,
  };
}
