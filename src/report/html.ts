/** A page that shows all explanations of one input side by side; pictures and styles are in the file itself. */

import type { Explanation } from '../explain/explanation.js';
import { flowChart, flowFacts, flowStyle } from './flow.js';
import { escaped, pngUri } from './markup.js';
import { topClasses } from './record.js';
import { truthStyle } from './truth.js';

export interface Figure {
  readonly explanation: Explanation;
  /** The drawn map, as PNG. */
  readonly picture: Uint8Array;
}

export interface PageContext {
  readonly title: string;
  readonly model: string;
  readonly version: string;
  /** The photo, or the input drawn as a picture, as PNG. */
  readonly photo: Uint8Array;
  readonly labels?: readonly string[] | undefined;
  readonly notes?: readonly string[];
  /** A figure that stands before the maps: what is known to be true. */
  readonly truth?: string | undefined;
}

/** HTML with nothing to load. */
export function htmlReport(figures: readonly Figure[], context: PageContext): string {
  const { title, model, version, photo } = context;
  const [first] = figures;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} explained</title>
<style>${style}${flowStyle}${truthStyle}</style>
<h1>${escaped(title)}</h1>
<p class="model">${escaped(model)}</p>
<section class="input">
<img src="${pngUri(photo)}" alt="the input">
${first ? first.explanation.rows.map((row) => classesOf(row, context)).join('\n') : ''}
</section>
<section class="maps">${context.truth ?? ''}
${figures.map((figure) => figureOf(figure, context)).join('\n')}
</section>
<footer>sightline ${escaped(version)}${notesOf(figures, context)}</footer>
</html>
`;
}

function classesOf({ scores, target }: Explanation['rows'][number], { labels }: PageContext): string {
  const top = topClasses(scores, 5);
  const rows = top.some(({ index }) => index === target)
    ? top
    : [...top, ...topClasses(scores, scores.length).filter(({ index }) => index === target)];
  const lines = rows.map(({ index, score, probability }) => {
    const width = (100 * probability).toFixed(1);
    return `<tr${index === target ? ' class="target"' : ''}><th>${escaped(nameOf(index, labels))}</th><td class="bar"><span style="width:${width}%"></span></td><td>${width} %</td><td>${score.toFixed(2)}</td></tr>`;
  });
  return `<table class="classes"><caption>classes, probability, score</caption>${lines.join('')}</table>`;
}

function figureOf({ explanation, picture }: Figure, { labels }: PageContext): string {
  const { method, options, layers, rows, hints, milliseconds } = explanation;
  const facts: [string, string][] = [
    ['explained', rows.map(({ target }) => nameOf(target, labels)).join(', ')],
    ...layers.map(({ name, shape }): [string, string] => ['layer', `${name} [${shape.join(', ')}]`]),
    ...rows.flatMap(({ completeness }): [string, string][] =>
      completeness ? [['adds up to', `${completeness.sum.toPrecision(5)} of ${completeness.expected.toPrecision(5)}`]] : [],
    ),
    ...rows.flatMap(({ flow }) => flowFacts(flow)),
    ...Object.entries(options).map(([key, value]): [string, string] => [key, String(value)]),
    ['time', `${milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`}`],
    ['source', method.reference],
  ];
  return `<figure>
<img src="${pngUri(picture)}" alt="${escaped(method.name)}">
<figcaption><h2>${escaped(method.name)}</h2>
<p>${escaped(method.summary)}</p>
${hints.map((hint) => `<p class="hint">${escaped(hint)}</p>`).join('')}
<dl>${facts.map(([key, value]) => `<dt>${escaped(key)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>
${rows.map(({ flow }) => flowChart(flow)).join('')}
</figcaption>
</figure>`;
}

function notesOf(figures: readonly Figure[], { notes = [] }: PageContext): string {
  const all = new Set([...figures.flatMap(({ explanation }) => explanation.notes), ...notes]);
  return [...all].map((note) => ` · ${escaped(note)}`).join('');
}

const nameOf = (index: number, labels: readonly string[] | undefined) => `${labels?.[index] ?? 'class'} (${index})`;

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 84rem; padding: 0 1.5rem; }
h1 { margin: 0; font-size: 1.5rem; } h2 { margin: 0; font-size: 1.1rem; }
.model, footer { color: color-mix(in srgb, currentColor 60%, transparent); }
.input { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; margin: 1rem 0 2rem; }
.input > img { max-width: 20rem; max-height: 20rem; }
.maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
figure img { width: 100%; display: block; background: #fff; }
figcaption { padding: 0.75rem 1rem 1rem; } figcaption p { margin: 0.25rem 0 0.5rem; }
.hint { border-left: 3px solid #d97706; padding-left: 0.6rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 0.75rem; margin: 0; font-size: 0.85rem; }
dt { color: color-mix(in srgb, currentColor 60%, transparent); } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; } caption { text-align: left; font-size: 0.85rem; }
th { text-align: left; font-weight: normal; padding-right: 1rem; } td { text-align: right; padding: 0.1rem 0.5rem; font-variant-numeric: tabular-nums; }
.target th { font-weight: 600; } .bar { width: 10rem; } .bar span { display: block; height: 0.6rem; background: #2563eb; }
footer { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: 0.75rem; font-size: 0.85rem; }
`;
