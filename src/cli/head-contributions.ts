/** `sightline heads` without texts to choose from: what each head adds to an image's score. */
import { targetNamed } from '../catalog/labels.js';
import { fail } from '../errors.js';
import {
  ablatedScore,
  type Contribution,
  type HeadName,
  type LoadedContributions,
  loadContributions,
  meanContributions,
  type ScoreParts,
} from '../explain/heads/contributions.js';
import { list } from './arguments.js';
import { readInput } from './explain.js';
import { imageFiles } from './image-files.js';
import type { OpenedModel } from './open-model.js';
import { progressBar } from './progress.js';
import { type TextArguments, textsOf } from './texts.js';

export interface ContributionArguments extends TextArguments {
  readonly target: string;
  readonly output?: string;
  /** Heads to take out, block.head. */
  readonly ablate?: string;
  /** Images whose means stand in for a head; zero without. */
  readonly mean?: string;
  readonly top: string;
  readonly json?: boolean;
}

/** What the command says about one image. */
interface Table {
  readonly image: string;
  readonly target: { readonly index: number; readonly label?: string };
  readonly score: number;
  /** The most first; `without` is the score where the head's place is empty, or has its mean. */
  readonly heads: readonly (Contribution & { readonly share: number | null; readonly without: number })[];
  readonly mlps: ScoreParts['mlps'];
  readonly rest: number;
  readonly ablation: { readonly by: 'zero' | 'mean'; readonly meanOf: number; readonly ablated?: Ablated };
}

interface Ablated {
  readonly heads: readonly string[];
  readonly score: number;
}

export async function printContributions(
  inputs: readonly string[],
  model: OpenedModel,
  args: ContributionArguments,
): Promise<void> {
  const paths = inputs.flatMap(imageFiles);
  const top = args.top === 'all' ? Number.POSITIVE_INFINITY : Number(args.top);
  if (!(top >= 1)) fail(`--top is how many heads to print, from 1, or all; not ${args.top}`);
  const ablated = args.ablate === undefined ? [] : list(args.ablate).map(headNamed);
  const texts = await textsOf(args, model);
  if (!texts && model.embeds)
    fail('the model compares images with texts: give --text "...", or --texts <file> to name heads by texts');
  const labels = texts?.phrases ?? model.labels;
  const wanted = targetNamed(args.target, labels);
  if (typeof wanted === 'object') return fail('heads are of a class or a text, not of a place');
  const others = args.mean === undefined ? [] : imageFiles(args.mean);
  const progress = progressBar(paths.length * (others.length + 1));
  let loaded: { readonly size: string; readonly run: LoadedContributions } | undefined;
  let done = 0;
  const tables: Table[] = [];
  const open = async (path: string) => {
    const { tensor } = await readInput(path, model);
    if (tensor.shape[0] !== 1) fail(`${path} has ${tensor.shape[0]} rows; heads take one image at a time`);
    const size = String(tensor.shape);
    if (loaded?.size !== size) {
      await loaded?.run.dispose();
      loaded = { size, run: await loadContributions(model, tensor.shape, { texts, output: args.output }) };
    }
    progress.update(done++, path);
    return { tensor, run: loaded.run };
  };
  const means = new Map<number, Contribution[]>();
  const meanOf = async (target: number) => {
    const parts: ScoreParts[] = [];
    for (const path of others) {
      const { tensor, run } = await open(path);
      parts.push(await run.parts(tensor, target));
    }
    return meanContributions(parts);
  };
  try {
    for (const path of paths) {
      const { tensor, run } = await open(path);
      const target = wanted === 'top' ? best(await run.scores(tensor)) : wanted;
      const parts = await run.parts(tensor, target);
      if (others.length && !means.has(target)) means.set(target, await meanOf(target));
      const label = labels?.[target];
      tables.push({
        image: path,
        target: { index: target, ...(label !== undefined && { label }) },
        ...tableOf(parts, means.get(target), ablated, others.length),
      });
    }
  } finally {
    await loaded?.run.dispose();
    progress.end();
  }
  process.stdout.write(
    args.json ? `${JSON.stringify(tables, null, 2)}\n` : tables.map((table) => described(table, top)).join('\n'),
  );
}

function tableOf(parts: ScoreParts, means: readonly Contribution[] | undefined, ablated: readonly HeadName[], meanOf: number) {
  const heads = [...parts.heads]
    .sort((a, b) => b.contribution - a.contribution)
    .map((head) => ({
      ...head,
      share: parts.score === 0 ? null : head.contribution / parts.score,
      without: ablatedScore(parts, [head], means),
    }));
  return {
    ...parts,
    heads,
    ablation: {
      by: means ? ('mean' as const) : ('zero' as const),
      meanOf,
      ...(ablated.length && { ablated: { heads: ablated.map(nameOf), score: ablatedScore(parts, ablated, means) } }),
    },
  };
}

function described({ image, target, score, heads, mlps, rest, ablation }: Table, top: number): string {
  const { by, meanOf, ablated } = ablation;
  const row = (name: string, value: number, more = '') =>
    `  ${name.padEnd(10)} ${signed(value)}  ${share(value, score)}${more}`.trimEnd();
  // The strongest either way, in the order of the table.
  const strongest = [...heads].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)).slice(0, top);
  const shown = heads.filter((head) => strongest.includes(head));
  const total = (values: readonly { contribution: number }[]) => values.reduce((sum, { contribution }) => sum + contribution, 0);
  const lines = [
    `${image}  ${target.label ?? `class ${target.index}`}: ${score.toFixed(4)}`,
    `  head            adds    share   score with ${by === 'mean' ? `the mean of ${meanOf} images` : 'zero'} in its place`,
    ...shown.map((head) => row(nameOf(head), head.contribution, `   ${signed(head.without)}`)),
    ...(shown.length < heads.length ? [`  ... ${heads.length - shown.length} more heads (--top all)`] : []),
    row('all heads', total(heads)),
    ...(mlps.length ? [row('MLPs', total(mlps))] : []),
    row(mlps.length ? 'start' : 'rest', rest),
    row('sum', total(heads) + total(mlps) + rest),
    ...(ablated ? [`  without ${ablated.heads.join(', ')}: ${ablated.score.toFixed(4)}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

const signed = (value: number) => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`.padStart(9);
const share = (value: number, score: number) => (score === 0 ? '' : `${((100 * value) / score).toFixed(1)} %`.padStart(9));
const nameOf = ({ block, head }: HeadName) => `${block}.${head}`;
const best = (scores: Float32Array) => scores.indexOf(Math.max(...scores));

function headNamed(text: string): HeadName {
  const [, block, head] =
    /^(\d+)\.(\d+)$/.exec(text) ?? fail(`--ablate is a list of block.head from zero, as in 9.2,10.5, not "${text}"`);
  return { block: Number(block), head: Number(head) };
}
