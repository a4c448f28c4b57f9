/** The report of an audit: one HTML page, with everything in it, that is read without a manual. */
import { escaped } from '../../report/markup.js';
import { mean } from '../statistics/moments.js';
import { baselines } from './candidates.js';
import { type ChartLine, coloursOf, curveChart } from './curve-chart.js';
import type { Curves, Evidence } from './evidence.js';
import type { Answer } from './judgement.js';
import { alikeness } from './paired.js';
import { causes } from './report-causes.js';
import { style } from './report-style.js';
import { type CandidateVerdicts, verdictsOf } from './verdicts.js';

export interface ReportContext {
  readonly model: string;
  readonly budget: string;
  readonly seed: number;
  readonly version: string;
  /** Pictures as data URLs: of each image, and of each candidate's map over it. */
  readonly pictures: readonly AuditPicture[];
  /** Images that could not be read, with the reason. */
  readonly skipped: readonly string[];
  /** Why images have no mask where others do. */
  readonly unmasked?: readonly string[];
  readonly labelOf: (target: number) => string;
}

export interface AuditPicture {
  readonly image: string;
  readonly candidate: string;
  readonly url: string;
}

const marks: Readonly<Record<Answer, string>> = { yes: 'yes', partly: 'partly', no: 'no', unclear: 'unclear', none: '–' };

export function auditReport(evidence: readonly Evidence[], context: ReportContext): string {
  const verdicts = verdictsOf(evidence);
  const images = [...new Set(evidence.map(({ image }) => image))];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Audit of ${escaped(context.model)}</title><style>${style}</style></head><body><main>
<h1>Can these explanations be trusted?</h1>
<p>${escaped(context.model)}, ${images.length} image${images.length === 1 ? '' : 's'}, budget ${escaped(context.budget)}, seed ${context.seed}.
Made by sightline ${escaped(context.version)}. Every question is answered for itself: a map may pass one and fail another, and no single number would show it.</p>
${images.length === 1 ? '<p class="warning">One image only: what is said here holds for this image. Comparisons between methods need several.</p>' : ''}
${context.skipped.map((reason) => `<p class="warning">Left out: ${escaped(reason)}</p>`).join('')}
${(context.unmasked ?? []).map((reason) => `<p class="warning">No mask: ${escaped(reason)}</p>`).join('')}
<h2>At a glance</h2>${matrix(verdicts)}
${causes(evidence)}
<h2>The maps</h2>${pictures(evidence, context)}
<h2>Curves</h2>${charts(evidence)}
<h2>Answers and their evidence</h2>${verdicts.map(details).join('')}
${explanationOfBaselines()}
</main></body></html>
`;
}

function matrix(verdicts: readonly CandidateVerdicts[]): string {
  const head = verdicts.map(({ candidate, kind }) => `<th class="${kind}">${escaped(candidate)}</th>`).join('');
  const rows = verdicts[0]!.verdicts.flatMap(({ question }, i) => {
    // Cost, for one, has no right answer: its numbers are below.
    if (verdicts.every(({ verdicts: own }) => own[i]!.answer === 'none')) return [];
    const cells = verdicts.map(
      ({ verdicts: own }) => `<td class="${own[i]!.answer}" title="${escaped(own[i]!.words)}">${marks[own[i]!.answer]}</td>`,
    );
    return `<tr><th>${escaped(question)}</th>${cells.join('')}</tr>`;
  });
  return `<div class="wide"><table class="matrix"><thead><tr><th></th>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function details({ candidate, kind, verdicts, failures, notes }: CandidateVerdicts): string {
  const items = verdicts.map(
    ({ question, answer, words, evidence }) =>
      `<dt>${escaped(question)}${answer === 'none' ? '' : ` <span class="answer ${answer}">${answer}</span>`}</dt><dd>${escaped(words)}` +
      `${evidence.length > 0 ? `<ul>${evidence.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>` : ''}</dd>`,
  );
  const noted = notes.map((note) => `<p>${escaped(note)}</p>`).join('');
  const failed = failures.map((failure) => `<p class="warning">This test failed: ${escaped(failure)}</p>`).join('');
  return `<section><h3>${escaped(candidate)}${kind === 'baseline' ? ' <small>a baseline, which explains nothing</small>' : ''}</h3>${failed}${noted}<dl>${items.join('')}</dl></section>`;
}

function pictures(evidence: readonly Evidence[], { pictures: all, labelOf }: ReportContext): string {
  const images = [...new Set(evidence.map(({ image }) => image))];
  return images
    .map((image) => {
      const { target, clean } = evidence.find((one) => one.image === image)!;
      const figures = all
        .filter((one) => one.image === image)
        .map(
          ({ candidate, url }) =>
            `<figure><img src="${url}" alt="${escaped(candidate)}" loading="lazy"><figcaption>${escaped(candidate)}</figcaption></figure>`,
        );
      const said = `${escaped(labelOf(target))}, probability ${clean.probability.toFixed(2)}`;
      return `<h4>${escaped(image)} <small>${said}</small></h4><div class="figures">${figures.join('')}</div>`;
    })
    .join('');
}

function charts(evidence: readonly Evidence[]): string {
  const candidates = [...new Map(evidence.map(({ candidate, kind }) => [candidate, { name: candidate, kind }])).values()];
  const colours = coloursOf(candidates);
  const lines = (curves: (one: Evidence) => Curves | undefined): ChartLine[] =>
    candidates.flatMap(({ name, kind }) => {
      const own = evidence.filter((one) => one.candidate === name).flatMap((one) => curves(one)?.probability ?? []);
      if (own.length === 0) return [];
      const y = own[0]!.scores.map((_, i) => mean(own.map(({ scores }) => scores[i]!)));
      return [{ name, x: own[0]!.fractions, y, colour: colours.get(name)!, dashed: kind === 'baseline' }];
    });
  const similarity = candidates.flatMap(({ name }): ChartLine[] => {
    const own = evidence.filter((one) => one.candidate === name && one.randomisation?.length);
    if (own.length === 0) return [];
    const steps = own[0]!.randomisation!;
    const at = (i: number) => mean(own.map((one) => alikeness(one, one.randomisation![i]!.similarities)));
    return [
      {
        name,
        x: [0, ...steps.map(({ depth }) => depth / own[0]!.layers!)],
        y: [1, ...steps.map((_, i) => at(i))],
        colour: colours.get(name)!,
      },
    ];
  });
  const legend = candidates
    .map(
      ({ name, kind }) =>
        `<span class="key"><i style="border-color:${colours.get(name)}" class="${kind}"></i>${escaped(name)}</span>`,
    )
    .join('');
  const parts = [
    curveChart(
      lines((one) => one.deletion),
      {
        title: 'Deletion: the strongest pixels are removed first; falling fast is good',
        xLabel: 'pixels removed',
        yLabel: 'probability',
      },
    ),
    curveChart(
      lines((one) => one.insertion),
      {
        title: 'Insertion: the strongest pixels are put in first; rising fast is good',
        xLabel: 'pixels put in',
        yLabel: 'probability',
      },
    ),
  ];
  if (similarity.length > 0) {
    parts.push(
      curveChart(similarity, {
        title: 'Weights lost from the output down: a map that stays up does not need them',
        xLabel: 'layers with random weights',
        yLabel: 'rank correlation',
      }),
    );
  }
  return `<p class="legend">${legend}</p><div class="charts">${parts.join('')}</div>
<p>Removed pixels leave images that the model never saw; scattered pixels break edges everywhere, so noise can look good in deletion alone. Read each line against the dashed ones.</p>`;
}

function explanationOfBaselines(): string {
  const items = baselines.map(({ name, summary }) => `<li><b>${escaped(name)}</b>: ${escaped(summary)}</li>`).join('');
  return `<h2>The baselines</h2><p>They explain nothing. Where a method does no better than they do, its picture is no evidence.</p><ul>${items}</ul>`;
}
