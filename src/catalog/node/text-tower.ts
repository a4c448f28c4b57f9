/** The text tower of an image-text model, with the tokenizer that comes with it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../errors.js';
import type { Feeds } from '../../methods/method.js';
import type { Graph, Value } from '../../onnx/graph.js';
import { openModelFile } from '../../runtime/node/index.js';
import type { Runtime, WeightFiles } from '../../runtime/runtime.js';
import { type Lengths, type Tokenizer, type TokenizerConfig, type Tokens, tokenizerFrom } from '../tokenizer.js';
import type { Towers } from './image-text.js';
import { readJson } from './json.js';

export interface TextTower {
  readonly graph: Graph;
  readonly weights: WeightFiles;
  readonly tokenizer: Tokenizer;
  readonly lengths: Lengths;
  /** The input with the ids of the tokens. */
  readonly ids: Value;
  /** The texts' vectors. */
  readonly output: Value;
}

interface Config {
  readonly model_type?: string;
  readonly text_config?: { readonly max_position_embeddings?: number };
}

/** @throws UserError if the folder has no text tower, or no tokenizer that can be read */
export function openTextTower({ folder, text }: Towers): TextTower {
  const tower = text ?? fail(`${folder} has no text_model.onnx, so texts cannot be read; give --text-embedding`);
  const file = join(folder, 'tokenizer.json');
  const json =
    readJson(file) ?? fail(`there is no ${file}, so texts cannot be read${otherTokenizer(folder)}; give --text-embedding`);
  const config = (readJson(join(folder, 'tokenizer_config.json')) ?? {}) as TokenizerConfig;
  const tokenizer = tokenizerFrom(json, config, file);
  const { graph, weights } = openModelFile(tower);
  const ids = graph.inputs.find(({ name }) => name === 'input_ids') ?? graph.inputs[0] ?? fail(`${tower} has no input`);
  const stated = readJson(join(folder, 'config.json')) as Config | undefined;
  return {
    graph,
    weights,
    tokenizer,
    lengths: lengthsOf(tokenizer.lengths, stated, config, ids.shape?.[1]),
    ids,
    output: graph.outputs.find(({ name }) => /embeds|pooler/.test(name)) ?? graph.outputs[0]!,
  };
}

/** Files that other kinds of tokenizers are kept in. */
function otherTokenizer(folder: string): string {
  const found = ['spiece.model', 'sentencepiece.bpe.model', 'tokenizer.model', 'vocab.json', 'vocab.txt'].find((name) =>
    existsSync(join(folder, name)),
  );
  return found
    ? ` (${found} is not; AutoTokenizer.from_pretrained(...).save_pretrained(...) of transformers makes a tokenizer.json of it)`
    : '';
}

/** What the tower takes for one text. @throws UserError for an input that is not known */
export function feedsOf({ graph, ids: { name: idsName } }: TextTower, { ids, mask }: Pick<Tokens, 'ids' | 'mask'>): Feeds {
  const valuesOf = (name: string) =>
    name === idsName ? ids : name === 'attention_mask' ? mask : name === 'position_ids' ? ids.map((_, i) => i) : undefined;
  const feeds = graph.inputs.map(({ name }) => {
    const values = valuesOf(name) ?? fail(`the text tower has an input "${name}" that is not known; give --text-embedding`);
    return [name, { shape: [1, values.length], data: BigInt64Array.from(values, BigInt) }];
  });
  return Object.fromEntries(feeds);
}

/** Vectors of texts, one [D] each. */
export async function vectorsOf(
  tower: TextTower,
  runtime: Runtime,
  texts: readonly Pick<Tokens, 'ids' | 'mask'>[],
): Promise<Float32Array[]> {
  const session = await runtime.load(tower.graph, { weights: tower.weights });
  try {
    const vectors: Float32Array[] = [];
    for (const tokens of texts)
      vectors.push((await session.run(feedsOf(tower, tokens)))[tower.output.name]!.data as Float32Array);
    return vectors;
  } finally {
    await session.dispose();
  }
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
