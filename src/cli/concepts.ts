/** `sightline concepts`: how much images have of each of some texts, whole and by parts, as a table. */
import { basename, dirname } from 'node:path';
import { Command } from 'commander';
import { HEAD_WEIGHTS, headWeightsBeside } from '../catalog/node/head-weights.js';
import { fail } from '../errors.js';
import { type ConceptScore, loadConcepts } from '../explain/heads/concepts.js';
import type { NamedArray } from '../options.js';
import { mapFilters } from '../transformers/registers.js';
import { readArray, readLines, toFloat } from './arguments.js';
import { readInput } from './explain.js';
import { filterNamed } from './head-weights.js';
import { imageFiles } from './image-files.js';
import { type OpenedModel, openModel } from './open-model.js';
import { requireWritableFile, writeFiles } from './output.js';
import { progressBar } from './progress.js';

interface Arguments {
  readonly model: string;
  readonly concepts: string;
  readonly weights?: string;
  readonly filter: string;
  readonly out?: string;
}

export function conceptsCommand(): Command {
  return new Command('concepts')
    .description(
      'score images by texts: the cosine, and the parts of object, context and registers (chili), for a concept bottleneck',
    )
    .argument('<images...>', 'photos, .npy inputs, scenes, or folders of them')
    .requiredOption('-m, --model <folder>', 'a folder with vision_model.onnx, text_model.onnx and tokenizer.json')
    .requiredOption('--concepts <file>', 'the texts, one a line')
    .option('--weights <w.npy>', `how much each head looks at objects (default: ${HEAD_WEIGHTS} in the model's folder)`)
    .option('--filter <name>', `what takes registers out of the maps: ${mapFilters.join(', ')}`, 'median')
    .option('-o, --out <table.csv>', 'the file to write (default: the terminal)')
    .action(run);
}

async function run(inputs: readonly string[], args: Arguments): Promise<void> {
  if (args.out !== undefined) requireWritableFile(args.out);
  const filter = filterNamed(args.filter);
  const phrases = linesOf(args.concepts);
  const paths = inputs.flatMap(imageFiles);
  const model = await openModel(args.model);
  if (!model.encodeTexts) return fail(`${args.model} has no text tower, so it has no texts to look for`);
  const weights = weightsFor(args.weights, model);
  const texts = await model.encodeTexts(phrases);
  const progress = progressBar(paths.length);
  let loaded: { readonly size: string; readonly concepts: Awaited<ReturnType<typeof loadConcepts>> } | undefined;
  const rows = ['image,concept,score,object,context,register'];
  try {
    for (const [done, path] of paths.entries()) {
      progress.update(done, path);
      const { tensor } = await readInput(path, model);
      if (tensor.shape[0] !== 1) fail(`${path} has ${tensor.shape[0]} rows; concepts takes one image at a time`);
      const size = String(tensor.shape);
      if (loaded?.size !== size) {
        await loaded?.concepts.dispose();
        loaded = { size, concepts: await loadConcepts(model, texts, weights, tensor.shape, { filter }) };
      }
      const scores = await loaded.concepts.run(tensor);
      rows.push(...scores.map((score, i) => rowOf(path, phrases[i]!, score)));
    }
  } finally {
    await loaded?.concepts.dispose();
    progress.end();
  }
  const table = `${rows.join('\n')}\n`;
  if (args.out === undefined) process.stdout.write(table);
  else process.stdout.write(`${writeFiles(dirname(args.out), { [basename(args.out)]: table })[0]}: ${rows.length - 1} rows\n`);
}

function linesOf(file: string): string[] {
  const lines = readLines(file);
  return lines.length ? lines : fail(`${file} has no texts`);
}

function weightsFor(file: string | undefined, { path }: OpenedModel): NamedArray {
  if (file !== undefined) return { ...toFloat(readArray(file), file), name: file };
  return (
    headWeightsBeside(path) ??
    fail(
      `there is no ${HEAD_WEIGHTS} in the model's folder: measure weights of heads with sightline head-weights, and give --weights`,
    )
  );
}

function rowOf(path: string, phrase: string, { score, object, context, register }: ConceptScore): string {
  return [path, phrase]
    .map(quoted)
    .concat([score, object, context, register].map((value) => value.toPrecision(6)))
    .join(',');
}

const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
