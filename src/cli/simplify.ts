/** `sightline simplify`: a model with its opset upgraded, constants folded and what says nothing left out. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { fail } from '../errors.js';
import { encodeModel, placeWeights } from '../onnx/codec/index.js';
import type { Graph } from '../onnx/graph.js';
import { simplify } from '../onnx/simplify.js';
import { upgrade } from '../onnx/upgrade/index.js';
import { openModelFile } from '../runtime/node/index.js';
import { numberOf } from './arguments.js';
import { reportFailures } from './failures.js';
import { requireWritable, writeFiles } from './output.js';

interface Arguments {
  readonly out: string;
  readonly opset?: string;
}

/** Models whose weights take more are written with these in a file of their own: no protobuf file may hold 2 GiB. */
const LARGEST_FILE = 1.5 * 2 ** 30;

export function simplifyCommand(): Command {
  return new Command('simplify')
    .description('read models, upgrade their opset, fold constants, leave out what says nothing, and write them: same outputs')
    .argument('<model...>', '.onnx files')
    .requiredOption('-o, --out <path>', 'the file to write, or the folder for several')
    .option('--opset <version>', 'the opset to write, 17 to 23 (default: the nearest to the model’s in 17 to 21)')
    .action(run);
}

async function run(models: readonly string[], { out, opset }: Arguments): Promise<void> {
  const target = opset === undefined ? undefined : numberOf('--opset', opset);
  const places = models.map((model) => ({ model, path: placeOf(model, out, models.length) }));
  requireDistinct(places);
  const failures: [string, Error][] = [];
  for (const { model, path } of places) {
    try {
      process.stdout.write(`${simplifyFile(model, path, target)}\n`);
    } catch (error) {
      failures.push([model, error as Error]);
    }
  }
  if (failures.length) reportFailures(failures, models.length, 'models');
}

/** Says what became of the model. */
function simplifyFile(model: string, path: string, target: number | undefined): string {
  const { graph } = openModelFile(model);
  const simplified = simplify(upgrade(graph, target));
  writeModel(simplified, path);
  const nodes = `${graph.nodes.length} nodes of opset ${graph.details.opset}`;
  return `${path}: ${nodes} became ${simplified.nodes.length} of opset ${simplified.details.opset}`;
}

/** A folder takes files under their own names. */
function placeOf(model: string, out: string, models: number): string {
  const isFolder = existsSync(out) ? statSync(out).isDirectory() : !/\.onnx$/i.test(out);
  if (models > 1 && !isFolder) fail(`${out} is one file, and there are ${models} models: give a folder`);
  const path = isFolder ? join(out, basename(model)) : out;
  requireWritable(dirname(path));
  if (existsSync(path) && existsSync(model) && realpathSync(path) === realpathSync(model))
    fail(`${path} is the model itself; write to another file`);
  return path;
}

function requireDistinct(places: readonly { readonly model: string; readonly path: string }[]): void {
  const seen = new Map<string, string>();
  for (const { model, path } of places) {
    const same = seen.get(resolve(path));
    if (same !== undefined) fail(`${same} and ${model} would both be written as ${path}`);
    seen.set(resolve(path), model);
  }
}

/** Whole or not at all; weights beyond a file's limit go beside it. */
function writeModel(graph: Graph, path: string): void {
  const bytes = graph.constants.reduce((sum, { tensor }) => sum + (tensor?.location?.length ?? 0), 0);
  const name = basename(path);
  if (bytes <= LARGEST_FILE) {
    writeFiles(dirname(path), { [name]: encodeModel(graph) });
    return;
  }
  const weights = placeWeights(graph, `${name}.data`);
  writeFiles(dirname(path), { [`${name}.data`]: weights.pieces(), [name]: encodeModel(graph, { places: weights.places }) });
}
