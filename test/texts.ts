/** Tiny text towers and tokenizers on disk, with relevances and ids by PyTorch and tokenizers: oracles/transformers made them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TextMethod } from '../src/explain/words/methods.js';

export const textFixture = (name: string) => fileURLToPath(new URL(`./fixtures/texts/${name}`, import.meta.url));

interface Fixtures {
  readonly towers: readonly {
    readonly folder: string;
    readonly text: string;
    readonly ids: readonly number[];
    /** The vector that the text is compared with. */
    readonly image: readonly number[];
    /** The cosine. */
    readonly score: number;
    readonly relevance: Readonly<Record<TextMethod, readonly number[]>>;
  }[];
  readonly tokenizers: readonly { readonly file: string; readonly text: string; readonly ids: readonly number[] }[];
}

export const textFixtures = JSON.parse(readFileSync(textFixture('cases.json'), 'utf8')) as Fixtures;
