/** What an image-text model compares images with: phrases, or vectors from a file. */
import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import type { EncodedTexts } from '../catalog/node/image-text.js';
import type { OpenedModel } from '../catalog/node/open.js';
import { ensemble, filled, openaiTemplates } from '../catalog/templates.js';
import { fail } from '../errors.js';
import { classifierTakesNoText } from '../explain/text-scores.js';
import { readArray, readLines, toFloat } from './arguments.js';

export interface TextArguments {
  readonly text: readonly string[];
  readonly textEmbedding?: string;
  /** `openai`, or a file. */
  readonly templates?: string;
}

/** @throws UserError where phrases and vectors are both given, or the model cannot read phrases */
export async function textsOf(
  { text, textEmbedding: file, templates }: TextArguments,
  model: OpenedModel,
): Promise<EncodedTexts | undefined> {
  if (file !== undefined) {
    if (text.length) fail('--text and --text-embedding are two ways to say the same; give one');
    const { shape, data } = toFloat(readArray(file), file);
    const [count, length] = shape.length === 1 ? [1, shape[0]!] : (shape as [number, number]);
    if (shape.length > 2 || data.length === 0)
      fail(`${file} has the shape [${shape.join(', ')}]; a text vector is [D], several are [T, D]`);
    const name = basename(file, extname(file));
    const phrases = Array.from({ length: count }, (_, i) => (count === 1 ? name : `${name} ${i}`));
    return { phrases, vectors: { shape: [count, length], data }, notes: [] };
  }
  if (text.length === 0) return undefined;
  if (!model.encodeTexts && model.labels) return fail(classifierTakesNoText);
  if (!model.encodeTexts)
    return fail(
      'the model has no text tower, so it takes no text: give a folder with vision_model.onnx, text_model.onnx and tokenizer.json, or the vector of a text with --text-embedding',
    );
  if (templates === undefined) return model.encodeTexts(text);
  const sentences = sentencesOf(templates);
  const encoded = await model.encodeTexts(text.flatMap((phrase) => filled(sentences, phrase)));
  return { ...encoded, ...ensemble(text, encoded) };
}

function sentencesOf(templates: string): readonly string[] {
  if (templates === 'openai') return openaiTemplates;
  if (!existsSync(templates)) fail(`--templates is openai or a file with one sentence a line, and there is no file ${templates}`);
  return readLines(templates);
}
