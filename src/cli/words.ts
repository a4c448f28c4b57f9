/** Which words of the explained text matter, beside the maps of an explanation. */
import { type ExplainedText, wordMethodNamed } from '../catalog/node/words.js';
import { fail } from '../errors.js';
import type { ExplainOptions, Explanation } from '../explain/explanation.js';
import { loadEmbedder } from '../explain/words/embed.js';
import type { FloatArray } from '../tensor/tensor.js';
import type { OpenedModel } from './open-model.js';
import type { TextArguments } from './texts.js';

export interface WordArguments extends TextArguments {
  readonly words?: string;
}

/** Adds to explanations which words matter. */
export type AddWords = (explanations: readonly Explanation[], input: FloatArray) => Promise<readonly Explanation[]>;

/** Leaves explanations as they are where words are not asked for. @throws UserError where there are no words to explain */
export async function wordsAsked(args: WordArguments, model: OpenedModel, options: ExplainOptions): Promise<AddWords> {
  if (args.words === undefined) return async (explanations) => explanations;
  const method = wordMethodNamed(args.words);
  const { explainWords } = model;
  if (!args.text.length) fail('--words explains the words of --text, and there is none');
  if (args.templates !== undefined) fail('--words explains one text, not many sentences: leave out --templates');
  if (!explainWords) return fail('the model has no text tower, so the words of a text cannot be explained');
  const embedder = await loadEmbedder(model, options);
  const texts = new Map<number, Promise<ExplainedText>>();
  const textOf = (target: number) => {
    const text = texts.get(target) ?? explainWords(args.text[target]!, method);
    texts.set(target, text);
    return text;
  };
  return async (explanations, input) => {
    const images = await embedder.embed(input);
    // The text is chosen by the scores, which all methods have in common.
    const targets = explanations[0]?.rows.map(({ target }) => target) ?? [];
    const words = await Promise.all(
      targets.map(async (target, row) => ({ method, relevances: await (await textOf(target)).words(images[row]!) })),
    );
    return explanations.map(({ rows, ...rest }) => ({ ...rest, rows: rows.map((row, i) => ({ ...row, words: words[i]! })) }));
  };
}
