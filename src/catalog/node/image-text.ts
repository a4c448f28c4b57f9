/** Folders of image-text models, in the layout of the Hugging Face hub: a tower for images, one for texts, and a tokenizer. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../errors.js';
import type { Texts } from '../../explain/text-scores.js';
import { openModelFile } from '../../runtime/node/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { FloatArray, NdArray } from '../../tensor/tensor.js';
import { type Lengths, type TokenizerConfig, type Tokens, tokenizerFrom } from '../tokenizer.js';
import { readJson } from './json.js';

export interface Towers {
  /** The folder, which has the configurations. */
  readonly folder: string;
  readonly vision: string;
  readonly text: string | undefined;
}

/** Precisions of the hub's files, the best first. */
const variants = ['', '_fp16', '_quantized', '_int8', '_uint8', '_q4', '_q4f16', '_bnb4'];

/** The towers of a folder, if it has one for images. */
export function towersIn(folder: string): Towers | undefined {
  const find = (stem: string) =>
    [folder, join(folder, 'onnx')]
      .flatMap((inner) => variants.map((variant) => join(inner, `${stem}${variant}.onnx`)))
      .find(existsSync);
  const vision = find('vision_model');
  return vision ? { folder, vision, text: find('text_model') } : undefined;
}

export interface EncodedTexts extends Texts {
  readonly notes: readonly string[];
}

interface Config {
  readonly model_type?: string;
  readonly text_config?: { readonly max_position_embeddings?: number };
}

/**
 * Vectors of texts, as the text tower yields them.
 * @throws UserError if the folder has no text tower or tokenizer
 */
export async function encodeTexts({ folder, text }: Towers, runtime: Runtime, phrases: readonly string[]): Promise<EncodedTexts> {
  const tower = text ?? fail(`${folder} has no text_model.onnx, so texts cannot be read; give --text-embedding`);
  const file = join(folder, 'tokenizer.json');
  const json = readJson(file) ?? fail(`there is no ${file}, so texts cannot be read; give --text-embedding`);
  const config = (readJson(join(folder, 'tokenizer_config.json')) ?? {}) as TokenizerConfig;
  const tokenizer = tokenizerFrom(json, config, file);
  const { graph, weights } = openModelFile(tower);
  const ids = graph.inputs.find(({ name }) => name === 'input_ids') ?? graph.inputs[0] ?? fail(`${tower} has no input`);
  const size = ids.shape?.[1];
  const lengths = lengthsOf(tokenizer.lengths, readJson(join(folder, 'config.json')) as Config | undefined, config, size);
  const output = graph.outputs.find(({ name }) => /embeds|pooler/.test(name)) ?? graph.outputs[0]!;
  const session = await runtime.load(graph, { weights });
  try {
    const vectors: FloatArray[] = [];
    const notes: string[] = [];
    for (const phrase of phrases) {
      const tokens = tokenizer.encode(phrase, lengths);
      if (tokens.cutFrom)
        notes.push(`"${phrase}" has ${tokens.cutFrom} tokens; the text tower takes ${lengths.most}, the rest was cut off`);
      const feeds = Object.fromEntries(graph.inputs.map(({ name }) => [name, feedFor(name, tokens, ids.name)]));
      vectors.push((await session.run(feeds))[output.name] as FloatArray);
    }
    const data = Float32Array.from(vectors.flatMap((vector) => [...vector.data]));
    return { phrases, vectors: { shape: [phrases.length, data.length / phrases.length], data }, notes };
  } finally {
    await session.dispose();
  }
}

function feedFor(name: string, { ids, mask }: Tokens, idsName: string): NdArray {
  const values =
    name === idsName ? ids : name === 'attention_mask' ? mask : name === 'position_ids' ? ids.map((_, i) => i) : undefined;
  if (!values) return fail(`the text tower has an input "${name}" that is not known; give --text-embedding`);
  return { shape: [1, values.length], data: BigInt64Array.from(values, BigInt) };
}

/** SigLIP was trained on texts of one length, which its tokenizer's configuration states. */
function lengthsOf(own: Lengths, config: Config = {}, { model_max_length }: TokenizerConfig, size: unknown): Lengths {
  const fixed = typeof size === 'number' ? size : undefined;
  // Configurations without a limit state a number beyond all texts.
  const stated = [own.most, config.text_config?.max_position_embeddings, model_max_length].filter(
    (most) => most !== undefined && most < 1e6,
  );
  const most = fixed ?? (stated.length ? Math.min(...(stated as number[])) : undefined);
  const trained = config.model_type?.startsWith('siglip') && model_max_length !== undefined ? most : undefined;
  return { most, padded: fixed ?? own.padded ?? trained };
}
