/** A page that shows all explanations of one input side by side; pictures and styles are in the file itself. */

import type { Explanation } from '../explain/explanation.js';
import { flowChart, flowFacts, flowStyle } from './flow.js';
import { escaped, pngUri } from './markup.js';
import { scoreNames } from './names.js';
import { topClasses } from './record.js';
import { truthStyle } from './truth.js';
import { colouredWords, wordsStyle } from './words.js';

export interface Figure {
  readonly explanation: Explanation;
  /** The drawn map, as PNG. */
  readonly picture: Uint8Array;
}

export interface PageContext {
  readonly title: string;
  readonly model: string;
  readonly version: string;
  /** The photo, or each row of the input drawn as a picture, as PNG. */
  readonly photos: readonly Uint8Array[];
  readonly labels?: readonly string[] | undefined;
  readonly notes?: readonly string[];
  /** A figure that stands before the maps: what is known to be true. */
  readonly truth?: string | undefined;
}

/** HTML with nothing to load. */
export function htmlReport(figures: readonly Figure[], context: PageContext): string {
  const { title, model, version } = context;
  const [first] = figures;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} explained</title>
<style>${style}${flowStyle}${truthStyle}${wordsStyle}</style>
<h1>${escaped(title)}</h1>
<p class="model">${escaped(model)}</p>
<section class="input">
${first ? first.explanation.rows.map((_, row) => inputOf(first.explanation, row, context)).join('\n') : ''}
</section>
<section class="maps">${context.truth ?? ''}
${figures.map((figure) => figureOf(figure, context)).join('\n')}
</section>
${figures.map(({ explanation }) => flowsOf(explanation)).join('')}
<footer>sightline ${escaped(version)}${notesOf(figures, context)}</footer>
</html>
`;
}

function inputOf(explanation: Explanation, row: number, context: PageContext): string {
  const which = explanation.rows.length > 1 ? `, row ${row}` : '';
  return `<div class="row">
<img src="${pngUri(context.photos[row]!)}" alt="${escaped(context.title)}${which}, as it was before it was explained">
${classesOf(explanation, row, context)}
</div>`;
}

function classesOf(explanation: Explanation, row: number, { labels }: PageContext): string {
  const { scale, rows: all } = explanation;
  const { scores, target, words } = all[row]!;
  const nameOf = namesFor(explanation, labels);
  const top = topClasses(scores, 5, scale);
  const rows = top.some(({ index }) => index === target)
    ? top
    : [...top, ...topClasses(scores, scores.length, scale).filter(({ index }) => index === target)];
  const lines = rows.map(({ index, score, probability }) => {
    const width = (100 * probability).toFixed(1);
    return `<tr${index === target ? ' class="target"' : ''}><th scope="row">${escaped(nameOf(index))}</th><td class="bar"><span style="width:${width}%"></span></td><td>${width} %</td><td>${score.toFixed(scale === undefined ? 2 : 3)}</td></tr>`;
  });
  const kind = scale === undefined ? 'classes, probability, score' : 'texts, probability among them, cosine';
  return `<div><table class="classes"><caption>${all.length > 1 ? `row ${row}: ` : ''}${kind}</caption>${lines.join('')}</table>${words ? colouredWords(words) : ''}</div>`;
}

function figureOf({ explanation, picture }: Figure, { labels }: PageContext): string {
  const { method, layers, rows, hints, milliseconds } = explanation;
  const targets = rows.map(({ target }) => namesFor(explanation, labels)(target)).join(', ');
  const { changed, unchanged } = optionsOf(explanation);
  const ofRow = (row: number, facts: Fact[]): Fact[] =>
    facts.map(([key, value]) => [rows.length > 1 ? `${key}, row ${row}` : key, value]);
  const facts: Fact[] = [
    ['explained', targets],
    ...layers.map(({ name, shape }): Fact => ['layer', `${name} [${shape.join(', ')}]`]),
    ...rows.flatMap(({ completeness, flow }, row) => [
      ...ofRow(
        row,
        completeness ? [['adds up to', `${completeness.sum.toPrecision(5)} of ${completeness.expected.toPrecision(5)}`]] : [],
      ),
      ...ofRow(row, flowFacts(flow)),
    ]),
    ...changed,
    ['time', `${milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`}`],
    ['source', method.reference],
  ];
  return `<figure>
<img src="${pngUri(picture)}" alt="${escaped(`${method.name} map of ${targets} over the input`)}">
<figcaption><h2>${escaped(method.name)}</h2>
<p>${escaped(method.summary)}</p>
${hints.map((hint) => `<p class="hint">${escaped(hint)}</p>`).join('')}
${listOf(facts)}
${unchanged.length ? `<details><summary>options at their defaults</summary>${listOf(unchanged)}</details>` : ''}
</figcaption>
</figure>`;
}

type Fact = readonly [string, string];

const listOf = (facts: readonly Fact[]): string =>
  `<dl>${facts.map(([key, value]) => `<dt>${escaped(key)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>`;

/** All options, apart from those that are as they are by default. */
function optionsOf({ method, options }: Explanation): { changed: Fact[]; unchanged: Fact[] } {
  const facts = Object.entries(options).map(([key, value]): Fact => [key, String(value)]);
  const isDefault = ([key, value]: Fact) => String(method.options[key]?.default) === value;
  return { changed: facts.filter((fact) => !isDefault(fact)), unchanged: facts.filter(isDefault) };
}

/** Charts are wider than a figure, and stand below all of them. */
function flowsOf({ method, rows }: Explanation): string {
  return rows.map(({ flow }, row) => flowChart(flow, rows.length > 1 ? `${method.name}, row ${row}` : method.name)).join('');
}

function notesOf(figures: readonly Figure[], { notes = [] }: PageContext): string {
  const all = new Set([...figures.flatMap(({ explanation }) => explanation.notes), ...notes]);
  return [...all].map((note) => ` · ${escaped(note)}`).join('');
}

/** Labels with the index behind them. */
function namesFor(explanation: Explanation, labels: readonly string[] | undefined): (index: number) => string {
  const nameOf = scoreNames(explanation, labels);
  return (index) => (labels?.[index] === undefined ? nameOf(index) : `${nameOf(index)} (${index})`);
}

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 84rem; padding: 0 1.5rem; }
h1 { margin: 0; font-size: 1.5rem; } h2 { margin: 0; font-size: 1.1rem; }
.model, footer { color: color-mix(in srgb, currentColor 65%, transparent); overflow-wrap: anywhere; }
.input { display: grid; gap: 1.5rem; margin: 1rem 0 2rem; } .row { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; }
.row > img { max-width: min(20rem, 100%); max-height: 20rem; } .row > div { flex: 0 1 30rem; min-width: 0; }
.maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1.5rem; align-items: start; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
figure img { width: 100%; display: block; background: #fff; }
figcaption { padding: 0.75rem 1rem 1rem; } figcaption p { margin: 0.25rem 0 0.5rem; }
.hint { border-left: 3px solid #d97706; padding-left: 0.6rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 0.75rem; margin: 0; font-size: 0.85rem; }
dt { color: color-mix(in srgb, currentColor 65%, transparent); } dd { margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; } figcaption details { margin-top: 0.5rem; font-size: 0.85rem; } figcaption details dl { font-size: inherit; }
table { border-collapse: collapse; } .classes { width: 100%; } caption { text-align: left; font-size: 0.85rem; }
th { text-align: left; font-weight: normal; padding-right: 1rem; } td { text-align: right; padding: 0.1rem 0.5rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.target th { font-weight: 600; } .bar { width: 30%; min-width: 3rem; } .bar span { display: block; height: 0.6rem; background: #2563eb; }
footer { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: 0.75rem; font-size: 0.85rem; }
`;
