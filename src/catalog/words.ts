/** Which tokens make up which words. */

export interface Word {
  readonly text: string;
  /** Its tokens: from `first` up to `end`. */
  readonly first: number;
  readonly end: number;
  /** Whether it is none of the text, but says where that begins or ends. */
  readonly isSpecial: boolean;
}

/** How a tokenizer marks where words begin, by the pieces that stand before and at a place. */
type Begins = (piece: string, before: string) => boolean;

/** What is read of a tokenizer's model. */
export interface Marks {
  readonly type?: string;
  readonly end_of_word_suffix?: string | null;
  readonly continuing_subword_prefix?: string | null;
}

/**
 * @param own which of the tokens are the text's own: from one up to another
 * @param tokenizer how a token is written, and how tokens read together
 */
export function wordsIn(
  ids: readonly number[],
  [start, stop]: readonly [number, number],
  marks: Marks,
  { pieceOf, decode }: { readonly pieceOf: (id: number) => string; readonly decode: (ids: readonly number[]) => string },
): Word[] {
  const begins = beginningsBy(marks);
  const pieces = ids.map(pieceOf);
  const isOwn = (i: number) => i >= start && i < stop;
  const firsts = ids.flatMap((_, i) => (!isOwn(i) || i === start || begins(pieces[i]!, pieces[i - 1]!) ? [i] : []));
  return firsts.map((first, i) => {
    const end = firsts[i + 1] ?? ids.length;
    const written = pieces.slice(first, end).join('');
    const text = isOwn(first) ? decode(ids.slice(first, end)).trim() : written;
    return { text: text || written, first, end, isSpecial: !isOwn(first) };
  });
}

function beginningsBy({ type, end_of_word_suffix: suffix, continuing_subword_prefix: prefix }: Marks): Begins {
  if (suffix) return (_, before) => before.endsWith(suffix);
  if (type === 'WordPiece') return (piece) => !piece.startsWith(prefix ?? '##');
  if (type === 'WordLevel') return () => true;
  return (piece) => /^[▁Ġ ]/.test(piece);
}
