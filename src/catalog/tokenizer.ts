/** Texts as the token ids that a text tower takes, by the tokenizer.json that comes with it. */
import { Tokenizer as Words } from '@huggingface/tokenizers';
import { fail } from '../errors.js';
import { type Marks, type Word, wordsIn } from './words.js';

/** What is read of a tokenizer.json beside what the library reads itself. */
interface TokenizerJson {
  readonly model?: Marks & {
    readonly unk_token?: string | null;
    readonly vocab?: Readonly<Record<string, number>>;
  };
  readonly padding?: { readonly strategy?: 'BatchLongest' | { readonly Fixed: number }; readonly pad_id?: number } | null;
  readonly truncation?: { readonly max_length?: number } | null;
  readonly added_tokens?: readonly { readonly id: number; readonly content: string; readonly special?: boolean }[];
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
  /** The text's own tokens, from one up to another: those around it say where it begins and ends. */
  readonly own: readonly [first: number, end: number];
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
  /** Tokens of a text that has been read, with padding behind them. */
  readonly padded: (ids: readonly number[], lengths?: Lengths) => Pick<Tokens, 'ids' | 'mask'>;
  /** The words that tokens make up, padding left out. */
  readonly words: (tokens: Tokens) => readonly Word[];
}

/** @throws UserError for a tokenizer of a kind that is not read */
export function tokenizerFrom(json: unknown, config: TokenizerConfig = {}, file = 'tokenizer.json'): Tokenizer {
  const stated = json as TokenizerJson;
  const words = read(json, config, file);
  const { padding, truncation } = stated;
  const fixed = typeof padding?.strategy === 'object' ? padding.strategy.Fixed : undefined;
  const padId = padding?.pad_id ?? padIdOf(stated, config);
  const padded: Tokenizer['padded'] = (ids, { padded: length = 0 } = {}) => {
    const spare = new Array<number>(Math.max(0, length - ids.length)).fill(padId);
    return { ids: [...ids, ...spare], mask: [...ids.map(() => 1), ...spare.map(() => 0)] };
  };
  return {
    lengths: { padded: fixed, most: truncation?.max_length },
    padded,
    encode(text, lengths = {}) {
      const { most = Number.POSITIVE_INFINITY } = lengths;
      const ids: readonly (number | null)[] = words.encode(text).ids;
      const all = ids.map((id, i) => id ?? unknownId(stated, text, i));
      // The last token ends the text; towers read the text's vector there.
      const kept = all.length > most ? [...all.slice(0, most - 1), all.at(-1)!] : all;
      const [first, end] = placeOf(words.encode(text, { add_special_tokens: false }).ids, ids);
      const own = [first, Math.min(end, kept.length - (end < all.length ? 1 : 0))] as const;
      return { ...padded(kept, lengths), own, ...(kept.length < all.length && { cutFrom: all.length }) };
    },
    words: ({ ids, mask, own }) =>
      wordsIn(
        ids.filter((_, i) => mask[i]),
        own,
        stated.model ?? {},
        { pieceOf: (id) => words.id_to_token(id) ?? String(id), decode: (some) => words.decode([...some]) },
      ),
  };
}

/** Where a part begins and ends in a whole. */
function placeOf(part: readonly unknown[], whole: readonly unknown[]): [first: number, end: number] {
  const first = whole.findIndex((_, i) => part.every((value, j) => whole[i + j] === value));
  return [first, first + part.length];
}

function read(json: unknown, config: TokenizerConfig, file: string): Words {
  try {
    return new Words(json as object, config as object);
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
