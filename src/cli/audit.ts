/** `sightline audit`: can the maps of these methods be trusted on these images? Answers in words, with numbers and pictures. */

import { Command } from 'commander';
import { targetNamed } from '../catalog/labels.js';
import { fail } from '../errors.js';
import { audit } from '../evaluate/audit/audit.js';
import { type BudgetName, budgets } from '../evaluate/audit/budget.js';
import { baselines, type MethodCandidate } from '../evaluate/audit/candidates.js';
import type { Evidence } from '../evaluate/audit/evidence.js';
import { limits } from '../evaluate/audit/judgement.js';
import { type AuditPicture, auditReport } from '../evaluate/audit/report.js';
import { type CandidateVerdicts, verdictsOf } from '../evaluate/audit/verdicts.js';
import { loadScorer } from '../evaluate/model/scorer.js';
import { type AuditInput, readInputs, withTargets } from '../evaluate/node/audit-inputs.js';
import { type AuditMasks, readMasks } from '../evaluate/node/audit-masks.js';
import { journal } from '../evaluate/node/journal.js';
import { architectureDifference } from '../evaluate/sanity/same-architecture.js';
import type { ExplainOptions, Model } from '../explain/explanation.js';
import { requireNamed } from '../explain/layer.js';
import { prepare } from '../explain/subject.js';
import { methodNamed } from '../methods/registry.js';
import { readOptions } from '../options.js';
import { keyValues, listOf, readArray, readTensor } from './arguments.js';
import { answersOf, drawn, type Kept, picturesOf } from './audit-output.js';
import { defaultModel, openModel } from './open-model.js';
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
  readonly masks?: string;
  readonly resize?: boolean;
  readonly randomLabelsModel?: string;
  readonly seed: string;
  readonly out: string;
}

export function auditCommand(): Command {
  const repeatable = (value: string, before: readonly string[]) => [...before, value];
  return new Command('audit')
    .description(
      'test whether explanations can be trusted: sanity, faithfulness, counterfactuals, stability and cost, beside baselines',
    )
    .argument(
      '<images...>',
      'photos, scenes (scene:17, of which the true causes are known), or .npy files with the model input, float32 [1,C,H,W]; several, to be sure of anything',
    )
    .option('-m, --model <model>', `an .onnx file, a folder with one, or a bundled name (default: ${defaultModel})`)
    .option('-x, --method <names>', 'methods to test, a comma list', 'grad-cam')
    .option('-t, --target <target>', 'class to explain in all images: top, an index or a label', 'top')
    .option('--preprocess <recipe>', 'how a photo becomes the input: a preset or a .json file')
    .option('--input <name=file.npy>', 'value of a further input of the model; repeatable', repeatable, [])
    .option('--output <name>', 'the output to explain, where there are several')
    .option('-l, --layer <names>', 'tensors or nodes for class activation maps (default: the last feature map)')
    .option('-s, --set <key=value>', 'an option of the methods that have it; repeatable', repeatable, [])
    .option('-b, --budget <name>', `how much to spend: ${Object.keys(budgets).join(', ')}`, 'fast')
    .option(
      '--masks <folder>',
      'where the maps should lie: pictures (bright is inside) or .npy with the names and sizes of the images',
    )
    .option('--resize', 'bring masks to the size of their images instead of refusing other sizes')
    .option(
      '--random-labels-model <model>',
      'the same architecture after it has learned shuffled labels by heart: its maps should be others',
    )
    .option('--seed <number>', 'of everything that is drawn at random', '0')
    .option('-o, --out <folder>', 'where audit.html and audit.json go; an audit that was broken off goes on there', '.')
    .action(run);
}

async function run(paths: readonly string[], args: Arguments): Promise<void> {
  const methods = candidatesOf(args);
  const budget = Object.hasOwn(budgets, args.budget)
    ? budgets[args.budget as BudgetName]
    : fail(`there is no budget "${args.budget}"; there are ${Object.keys(budgets).join(', ')}`);
  const seed = Number(args.seed);
  if (!Number.isInteger(seed)) fail(`--seed is a whole number, not ${args.seed}`);
  if (args.resize && args.masks === undefined) fail('--resize is for masks; give --masks as well');
  requireWritable(args.out);
  const model = await openModel(args.model, { recipe: args.preprocess });
  requireLayers(model, args);
  const randomLabels = await randomLabelsModel(args.randomLabelsModel, model);
  const { inputs, skipped } = await readInputs(paths, model, { readTensor, twins: budget.twins });
  const { masks = new Map(), missing = [] } = await masksFor(inputs, args);
  const scorer = await loadScorer(model, inputs[0]!.tensor.shape, furtherOptions(args));
  const images = await withTargets(inputs, classNamed(args.target, model.labels), scorer, masks);
  const kept = journal<Kept>(args.out, { version: version(), model: model.path, paths, ...args });
  const progress = progressBar(images.length * (methods.length + baselines.length));
  const evidence = await audit(model, scorer, images, methods, {
    budget,
    seed,
    ...(randomLabels && { randomLabels }),
    known: kept.entries.map((entry) => entry.evidence),
    onProgress: (done, _, what) => progress.update(done, what),
    onEvidence: async (found, map) => {
      const canvas = inputs.find(({ name }) => name === found.image)!.canvas;
      kept.add({ evidence: found, ...(map && { url: await drawn(canvas, map) }) });
    },
  });
  progress.end();
  await scorer.dispose();
  const pictures = await picturesOf(inputs, masks, kept.entries);
  const verdicts = verdictsOf(evidence);
  const written = writeFiles(args.out, filesOf(args, evidence, verdicts, { pictures, skipped, missing, labels: model.labels }));
  kept.end();
  process.stdout.write(`${answersOf(verdicts, images.length)}${written.map((path) => `file  ${path}\n`).join('')}`);
  for (const reason of skipped) process.stderr.write(`sightline: left out: ${reason}\n`);
  for (const reason of missing) process.stderr.write(`sightline: no mask: ${reason}\n`);
  if (skipped.length + missing.length > 0 || verdicts.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
}

interface Found {
  readonly pictures: readonly AuditPicture[];
  readonly skipped: readonly string[];
  readonly missing: readonly string[];
  readonly labels: readonly string[] | undefined;
}

/** The record and the page. */
function filesOf(
  { model = defaultModel, budget, seed, masks, randomLabelsModel: shuffled, set }: Arguments,
  evidence: readonly Evidence[],
  verdicts: readonly CandidateVerdicts[],
  { pictures, skipped, missing, labels }: Found,
): Record<string, string> {
  const context = { model, budget, seed: Number(seed), version: version(), skipped, unmasked: missing };
  const record = {
    tool: { name: 'sightline', version: version() },
    ...context,
    limits,
    masks,
    randomLabelsModel: shuffled,
    options: set,
    verdicts,
    evidence,
  };
  const labelOf = (target: number) => labels?.[target] ?? `class ${target}`;
  return {
    'audit.json': `${JSON.stringify(record, null, 2)}\n`,
    'audit.html': auditReport(evidence, { ...context, pictures, labelOf }),
  };
}

async function masksFor(inputs: readonly AuditInput[], { masks, resize = false }: Arguments): Promise<Partial<AuditMasks>> {
  return masks === undefined ? {} : readMasks(masks, inputs, resize);
}

/** A layer that the model has not is a slip of the pen, and no finding about a method. @throws UserError naming it */
function requireLayers({ graph }: Model, { layer, output }: Arguments): void {
  if (layer === undefined) return;
  const subject = prepare(graph, { output });
  for (const name of listOf('--layer', layer)) requireNamed(name, subject, graph);
}

/** @throws UserError if it is another architecture, of which nothing would follow */
async function randomLabelsModel(name: string | undefined, model: Model): Promise<Model | undefined> {
  if (name === undefined) return undefined;
  const other = await openModel(name, { runtime: model.runtime });
  const difference = architectureDifference(model.graph, other.graph);
  return difference === undefined
    ? other
    : fail(`${name} is not the architecture of the model that is audited: it ${difference}`);
}

/** @throws UserError for an unknown method, or an option that none of the methods has */
function candidatesOf(args: Arguments): MethodCandidate[] {
  const settings = keyValues('--set', args.set);
  const methods = listOf('--method', args.method).map(methodNamed);
  for (const key of Object.keys(settings)) {
    if (!methods.some(({ options }) => Object.hasOwn(options, key))) fail(`none of ${args.method} has the option "${key}"`);
  }
  return methods.map((method) => {
    const options = Object.fromEntries(Object.entries(settings).filter(([key]) => Object.hasOwn(method.options, key)));
    readOptions(method.name, method.options, options);
    const chosen = {
      options,
      ...furtherOptions(args),
      ...(args.layer !== undefined && { layers: listOf('--layer', args.layer) }),
    };
    return { kind: 'method', name: method.name, method, options: chosen };
  });
}

function furtherOptions({ input, output }: Arguments): Pick<ExplainOptions, 'inputs' | 'output'> {
  const inputs = Object.fromEntries(Object.entries(keyValues('--input', input)).map(([name, file]) => [name, readArray(file)]));
  return { inputs, output };
}

/** An audit compares classes; a place in an output of several axes is none. */
function classNamed(text: string, labels: readonly string[] | undefined): number | 'top' {
  const target = targetNamed(text, labels);
  return typeof target === 'object' ? fail(`audit takes a class as target, not the place ${text}`) : target;
}
