/** The part of an audit's report that only scenes have: what truly decides, beside what the maps mark. */
import { escaped } from '../../report/markup.js';
import type { TwinEffect } from '../counterfactual/twins.js';
import { mean } from '../statistics/moments.js';
import type { Evidence } from './evidence.js';
import { number, percent } from './judgement.js';
import { of } from './paired.js';

const replaced: Readonly<Record<string, string>> = {
  object: 'another object in its place',
  context: 'another context',
  tag: 'no tag',
  distractor: 'no distractor',
};

/** A table of parts by candidates; nothing where no image is a scene. */
export function causes(evidence: readonly Evidence[]): string {
  const candidates = [...new Set(evidence.filter(({ twins }) => twins).map(({ candidate }) => candidate))];
  const [first] = candidates;
  if (first === undefined) return '';
  const effects = (candidate: string, factor: string) =>
    of(evidence, candidate).flatMap(({ twins }) => twins?.effects.filter((one) => one.factor === factor) ?? []);
  const average = (found: readonly TwinEffect[], value: (one: TwinEffect) => number) => mean(found.map(value));
  const factors = [...new Set(of(evidence, first).flatMap(({ twins }) => twins?.effects.map(({ factor }) => factor) ?? []))];
  const rows = factors.map((factor) => {
    const own = effects(first, factor);
    const masses = candidates.map((candidate) => share(average(effects(candidate, factor), ({ mass }) => mass)));
    const name = `${escaped(factor)} <small>n ${own.length}; ${escaped(replaced[factor] ?? `without ${factor}`)}</small>`;
    const effect = number(average(own, (one) => one.effect.logit));
    return `<tr><th>${name}</th><td class="number">${effect}</td>${share(average(own, ({ area }) => area))}${masses.join('')}</tr>`;
  });
  const head = ['what the logit loses', 'share of the image', ...candidates].map((name) => `<th>${escaped(name)}</th>`).join('');
  return `<h2>What truly decides</h2><p>Each scene was made again with one part changed: what the logit loses is what the part does. Under each name, how much of its map lies on the part; an even map has as much there as the part has of the image.</p>
<div class="wide"><table class="causes"><thead><tr><th></th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

const share = (value: number): string => `<td class="share" style="--share:${Math.round(100 * value)}%">${percent(value)}</td>`;
