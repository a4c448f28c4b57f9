/** Folders of image-text models, in the layout of the Hugging Face hub: a tower for images, one for texts, and a tokenizer. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Texts } from '../../explain/text-scores.js';
import type { Runtime } from '../../runtime/runtime.js';
import { precisions } from '../hub.js';
import { logitScale } from './logit-scale.js';
import { openTextTower, vectorsOf } from './text-tower.js';

export interface Towers {
  /** The folder, which has the configurations. */
  readonly folder: string;
  readonly vision: string;
  readonly text: string | undefined;
}

/** The towers of a folder, if it has one for images. */
export function towersIn(folder: string): Towers | undefined {
  const find = (stem: string) =>
    [folder, join(folder, 'onnx')]
      .flatMap((inner) => precisions.map((precision) => join(inner, `${stem}${precision}.onnx`)))
      .find(existsSync);
  const vision = find('vision_model');
  return vision ? { folder, vision, text: find('text_model') } : undefined;
}

export interface EncodedTexts extends Texts {
  readonly notes: readonly string[];
}

/**
 * Vectors of texts, as the text tower yields them.
 * @throws UserError if the folder has no text tower or tokenizer
 */
export async function encodeTexts(towers: Towers, runtime: Runtime, phrases: readonly string[]): Promise<EncodedTexts> {
  const tower = openTextTower(towers);
  const texts = phrases.map((phrase) => tower.tokenizer.encode(phrase, tower.lengths));
  const vectors = await vectorsOf(tower, runtime, texts);
  const length = vectors[0]?.length ?? 0;
  const data = new Float32Array(phrases.length * length);
  for (const [i, vector] of vectors.entries()) data.set(vector, i * length);
  const notes = texts.flatMap(({ cutFrom }, i) =>
    cutFrom ? [`"${phrases[i]}" has ${cutFrom} tokens; the text tower takes ${tower.lengths.most}, the rest was cut off`] : [],
  );
  return { phrases, vectors: { shape: [phrases.length, length], data }, scale: logitScale(towers.folder), notes };
}
