/** Texts as the token ids that a text tower takes, by the tokenizer.json that comes with it. */
import { Tokenizer as Words } from '@huggingface/tokenizers';
import { fail } from '../errors.js';

/** What is read of a tokenizer.json beside what the library reads itself. */
interface TokenizerJson {
  readonly model?: {
    readonly type?: string;
    readonly unk_token?: string | null;
    readonly vocab?: Readonly<Record<string, number>>;
  };
  readonly padding?: { readonly strategy?: 'BatchLongest' | { readonly Fixed: number }; readonly pad_id?: number } | null;
  readonly truncation?: { readonly max_length?: number } | null;
  readonly added_tokens?: readonly { readonly id: number; readonly content: string }[];
}

/** What is read of a tokenizer_config.json. */
export interface TokenizerConfig {
  readonly pad_token?: string | { readonly content: string } | null;
  readonly model_max_length?: number;
}

export interface Tokens {
  readonly ids: readonly number[];
  /** 1 for a token of the text, 0 for padding. */
  readonly mask: readonly number[];
  /** How many tokens the text had, where some were cut off. */
  readonly cutFrom?: number;
}

export interface Lengths {
  /** A text is padded to this. */
  readonly padded?: number | undefined;
  /** A text is cut to this. */
  readonly most?: number | undefined;
}

export interface Tokenizer {
  /** What the tokenizer's own file says of lengths. */
  readonly lengths: Lengths;
  readonly encode: (text: string, lengths?: Lengths) => Tokens;
}

/** @throws UserError for a tokenizer of a kind that is not read */
export function tokenizerFrom(json: unknown, config: TokenizerConfig = {}, file = 'tokenizer.json'): Tokenizer {
  const stated = json as TokenizerJson;
  const words = read(json, config, file);
  const { padding, truncation } = stated;
  const fixed = typeof padding?.strategy === 'object' ? padding.strategy.Fixed : undefined;
  const padId = padding?.pad_id ?? padIdOf(stated, config);
  return {
    lengths: { padded: fixed, most: truncation?.max_length },
    encode(text, { padded, most } = {}) {
      const all = words.encode(text).ids.map((id, i) => id ?? unknownId(stated, text, i));
      // The last token ends the text; towers read the text's vector there.
      const ids = most !== undefined && all.length > most ? [...all.slice(0, most - 1), all.at(-1)!] : all;
      const spare = new Array<number>(Math.max(0, (padded ?? 0) - ids.length)).fill(padId);
      const mask = [...ids.map(() => 1), ...spare.map(() => 0)];
      return { ids: [...ids, ...spare], mask, ...(ids.length < all.length && { cutFrom: all.length }) };
    },
  };
}

function read(
  json: unknown,
  config: TokenizerConfig,
  file: string,
): { encode: (text: string) => { ids: readonly (number | null)[] } } {
  try {
    return new Words(json as object, config as object) as unknown as ReturnType<typeof read>;
  } catch (error) {
    const kind = (json as TokenizerJson).model?.type;
    return fail(
      `${file} is a tokenizer${kind ? ` of type ${kind}` : ''} that cannot be read: ${(error as Error).message}; give --text-embedding`,
    );
  }
}

/** The library leaves words without an id empty where the vocabulary is one of whole words. */
function unknownId({ model }: TokenizerJson, text: string, i: number): number {
  return (
    model?.vocab?.[model.unk_token ?? ''] ??
    fail(`token ${i} of "${text}" is not in the tokenizer's vocabulary, which has no token for such`)
  );
}

function padIdOf({ added_tokens = [], model }: TokenizerJson, { pad_token }: TokenizerConfig): number {
  const content = typeof pad_token === 'object' ? pad_token?.content : pad_token;
  return added_tokens.find((token) => token.content === content)?.id ?? model?.vocab?.[content ?? ''] ?? 0;
}
