/** Shows which words of a text matter: in a line, and coloured. */
import type { ExplainedWords } from '../explain/explanation.js';
import { escaped } from './markup.js';

const signed = (value: number) => `${value > 0 ? '+' : ''}${Number(value.toPrecision(2))}`;

/** `a +0.001, red +0.042, circle -0.003, by occlusion` */
export function describeWords({ method, relevances }: ExplainedWords): string {
  const own = relevances.filter(({ isSpecial }) => !isSpecial);
  return `${own.map(({ token, relevance }) => `${token} ${signed(relevance)}`).join(', ')}, by ${method}`;
}

/** A colour's strength is the word's relevance beside that of the strongest. */
export function colouredWords({ method, relevances }: ExplainedWords): string {
  const own = relevances.filter(({ isSpecial }) => !isSpecial);
  const largest = Math.max(...own.map(({ relevance }) => Math.abs(relevance)), 1e-30);
  const shown = relevances.map(({ token, relevance, isSpecial }) => {
    // What stands around the text may outweigh all of its words.
    const strength = Math.min(1, Math.abs(relevance) / largest);
    const colour = `rgb(${relevance < 0 ? '37 99 235' : '220 38 38'} / ${(0.75 * strength).toFixed(3)})`;
    return `<span${isSpecial ? ' class="special"' : ''} style="background:${colour}" title="${signed(relevance)}">${escaped(token)}</span>`;
  });
  return `<p class="words">${shown.join(' ')}</p><p class="key">red words raise the cosine, blue ones lower it; by ${escaped(method)}</p>`;
}

export const wordsStyle = `
.words { font-size: 1.15rem; line-height: 2; margin: 0.75rem 0 0; max-width: 36rem; } .words span { padding: 0.15em 0.35em; border-radius: 4px; }
.key { margin: 0; font-size: 0.85rem; color: color-mix(in srgb, currentColor 60%, transparent); } .words .special { font-size: 0.75em; opacity: 0.6; }
`;
