/** `sightline audit`: can the maps of these methods be trusted on these images? Answers in words, with numbers and pictures. */

import { basename } from 'node:path';
import { Command } from 'commander';
import { targetNamed } from '../catalog/labels.js';
import { defaultModel, openModel } from '../catalog/node/open.js';
import { fail } from '../errors.js';
import { audit } from '../evaluate/audit/audit.js';
import { type BudgetName, budgets } from '../evaluate/audit/budget.js';
import { baselines, type MethodCandidate } from '../evaluate/audit/candidates.js';
import type { Evidence } from '../evaluate/audit/evidence.js';
import { limits } from '../evaluate/audit/judgement.js';
import { type AuditPicture, auditReport } from '../evaluate/audit/report.js';
import { type CandidateVerdicts, verdictsOf } from '../evaluate/audit/verdicts.js';
import type { HeatMap } from '../evaluate/map/heat-map.js';
import { loadScorer } from '../evaluate/model/scorer.js';
import { type AuditInput, readInputs, withTargets } from '../evaluate/node/audit-inputs.js';
import { journal } from '../evaluate/node/journal.js';
import type { ExplainOptions } from '../explain/explanation.js';
import { type Image, overlay } from '../image/index.js';
import { encodePng } from '../image/node/index.js';
import { readOptions } from '../methods/options.js';
import { methodNamed } from '../methods/registry.js';
import { pngUri } from '../report/markup.js';
import { keyValues, list, readArray, toFloat } from './arguments.js';
import { requireWritable, writeFiles } from './output.js';
import { progressBar } from './progress.js';
import { version } from './version.js';

interface Arguments {
  readonly model?: string;
  readonly method: string;
  readonly target: string;
  readonly preprocess?: string;
  readonly input: readonly string[];
  readonly output?: string;
  readonly layer?: string;
  readonly set: readonly string[];
  readonly budget: string;
  readonly seed: string;
  readonly out: string;
}

export function auditCommand(): Command {
  const repeatable = (value: string, before: readonly string[]) => [...before, value];
  return new Command('audit')
    .description(
      'test whether explanations can be trusted: sanity, faithfulness, counterfactuals, stability and cost, beside baselines',
    )
    .argument('<images...>', 'photos, or .npy files with the model input, float32 [1,C,H,W]; several, to be sure of anything')
    .option('-m, --model <model>', `an .onnx file, a folder with one, or a bundled name (default: ${defaultModel})`)
    .option('-x, --method <names>', 'methods to test, a comma list', 'grad-cam')
    .option('-t, --target <target>', 'class to explain in all images: top, an index or a label', 'top')
    .option('--preprocess <recipe>', 'how a photo becomes the input: a preset or a .json file')
    .option('--input <name=file.npy>', 'value of a further input of the model; repeatable', repeatable, [])
    .option('--output <name>', 'the output to explain, where there are several')
    .option('-l, --layer <names>', 'tensors or nodes for class activation maps (default: the last feature map)')
    .option('-s, --set <key=value>', 'an option of the methods that have it; repeatable', repeatable, [])
    .option('-b, --budget <name>', `how much to spend: ${Object.keys(budgets).join(', ')}`, 'fast')
    .option('--seed <number>', 'of everything that is drawn at random', '0')
    .option('-o, --out <folder>', 'where audit.html and audit.json go; an audit that was broken off goes on there', '.')
    .action(run);
}

async function run(paths: readonly string[], args: Arguments): Promise<void> {
  const methods = candidatesOf(args);
  const budget =
    budgets[args.budget as BudgetName] ??
    fail(`there is no budget "${args.budget}"; there are ${Object.keys(budgets).join(', ')}`);
  const seed = Number(args.seed);
  if (!Number.isInteger(seed)) fail(`--seed is a whole number, not ${args.seed}`);
  requireWritable(args.out);
  const model = await openModel(args.model, { recipe: args.preprocess });
  const { inputs, skipped } = await readInputs(paths, model, (path) => toFloat(readArray(path), path));
  const shape = inputs[0]!.tensor.shape;
  const scorer = await loadScorer(model, shape, furtherOptions(args));
  const images = await withTargets(inputs, classNamed(args.target, model.labels), scorer);
  const kept = journal<Kept>(args.out, { version: version(), model: model.path, paths, ...args });
  const progress = progressBar(images.length * (methods.length + baselines.length));
  const evidence = await audit(model, scorer, images, methods, {
    budget,
    seed,
    known: kept.entries.map((entry) => entry.evidence),
    onProgress: (done, _, what) => progress.update(done, what),
    onEvidence: async (found, map) => {
      const canvas = inputs.find(({ name }) => name === found.image)!.canvas;
      kept.add({ evidence: found, ...(map && { url: await drawn(canvas, map) }) });
    },
  });
  progress.end();
  await scorer.dispose();
  const pictures = await picturesOf(inputs, kept.entries);
  const context = { model: basename(model.path), budget: args.budget, seed, version: version(), pictures, skipped };
  const verdicts = verdictsOf(evidence);
  const record = {
    tool: { name: 'sightline', version: version() },
    ...context,
    pictures: undefined,
    limits,
    options: args.set,
    verdicts,
    evidence,
  };
  const labelOf = (target: number) => model.labels?.[target] ?? `class ${target}`;
  const written = writeFiles(args.out, {
    'audit.json': `${JSON.stringify(record, null, 2)}\n`,
    'audit.html': auditReport(evidence, { ...context, labelOf }),
  });
  kept.end();
  process.stdout.write(`${textOf(verdicts, images.length)}${written.map((path) => `file  ${path}\n`).join('')}`);
  for (const reason of skipped) process.stderr.write(`sightline: left out: ${reason}\n`);
  if (skipped.length > 0 || verdicts.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
}

/** A line of the journal. */
interface Kept {
  readonly evidence: Evidence;
  readonly url?: string;
}

/** @throws UserError for an unknown method, or an option that none of the methods has */
function candidatesOf(args: Arguments): MethodCandidate[] {
  const settings = keyValues('--set', args.set);
  const methods = list(args.method).map(methodNamed);
  for (const key of Object.keys(settings)) {
    if (!methods.some(({ options }) => options[key])) fail(`none of ${args.method} has the option "${key}"`);
  }
  return methods.map((method) => {
    const options = Object.fromEntries(Object.entries(settings).filter(([key]) => method.options[key]));
    readOptions(method.name, method.options, options);
    const chosen = { options, ...furtherOptions(args), ...(args.layer !== undefined && { layers: list(args.layer) }) };
    return { kind: 'method', name: method.name, method, options: chosen };
  });
}

function furtherOptions({ input, output }: Arguments): Pick<ExplainOptions, 'inputs' | 'output'> {
  const inputs = Object.fromEntries(Object.entries(keyValues('--input', input)).map(([name, file]) => [name, readArray(file)]));
  return { inputs, output };
}

async function drawn(canvas: Image, { width, height, data }: HeatMap): Promise<string> {
  return dataUrl(overlay(canvas, { width, height, data: Float32Array.from(data) }).image);
}

async function picturesOf(inputs: readonly AuditInput[], entries: readonly Kept[]): Promise<AuditPicture[]> {
  const photos = await Promise.all(
    inputs.map(async ({ name, canvas }) => ({ image: name, candidate: 'the image', url: await dataUrl(canvas) })),
  );
  return [...photos, ...entries.flatMap(({ evidence: { image, candidate }, url }) => (url ? [{ image, candidate, url }] : []))];
}

async function dataUrl(image: Image): Promise<string> {
  return pngUri(await encodePng(image));
}

/** The answers of the methods, one line each. */
function textOf(verdicts: readonly CandidateVerdicts[], images: number): string {
  const methods = verdicts.filter(({ kind }) => kind === 'method');
  const blocks = methods.map(({ candidate, verdicts: own, failures, notes }) => {
    const lines = own.map(({ question, answer, words }) => `  ${answer.padEnd(8)}${question}\n          ${words}\n`);
    return `${candidate}\n${notes.map((note) => `  note    ${note}\n`).join('')}${lines.join('')}${failures.map((failure) => `  failed  ${failure}\n`).join('')}`;
  });
  return `${images} image${images === 1 ? '' : 's'}; baselines and all numbers are in the report\n\n${blocks.join('\n')}\n`;
}

/** An audit compares classes; a place in an output of several axes is none. */
function classNamed(text: string, labels: readonly string[] | undefined): number | 'top' {
  const target = targetNamed(text, labels);
  return typeof target === 'object' ? fail(`audit takes a class as target, not the place ${text}`) : target;
}
