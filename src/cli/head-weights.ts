/** `sightline head-weights`: how much each head looks at objects, for the method chili. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Command } from 'commander';
import { readJson } from '../catalog/node/json.js';
import { inputName } from '../catalog/node/photo.js';
import { fail } from '../errors.js';
import { headWeights, type MarkedImage } from '../explain/heads/weights.js';
import type { Plane } from '../image/index.js';
import { decodeImage } from '../image/node/index.js';
import { encodeNpy } from '../tensor/npy.js';
import { type MapFilter, mapFilters } from '../transformers/registers.js';
import { readArray } from './arguments.js';
import { readInput } from './explain.js';
import { imageFiles } from './image-files.js';
import { type OpenedModel, openModel } from './open-model.js';
import { requireWritableFile, writeFiles } from './output.js';
import { progressBar } from './progress.js';

interface Arguments {
  readonly model: string;
  readonly masks: string;
  readonly text?: string;
  readonly concepts?: string;
  readonly alpha: string;
  readonly threshold: string;
  readonly filter: string;
  readonly out: string;
}

export function headWeightsCommand(): Command {
  return new Command('head-weights')
    .description('measure how much each head looks at the object that a text names, on images with masks; for the method chili')
    .argument('<images...>', 'photos, .npy inputs, or folders of them')
    .requiredOption('-m, --model <folder>', 'a folder with vision_model.onnx, text_model.onnx and tokenizer.json')
    .requiredOption('--masks <folder>', 'masks <image stem>.png or .npy: above zero where the object is')
    .option('--text <phrase>', 'what is marked in all images')
    .option('--concepts <file.json>', 'what is marked in each image: {"<image stem>": "phrase"}')
    .option('--alpha <number>', 'how fast a weight rises with the overlap', '10')
    .option('--threshold <mean|zero>', 'from where on a head counts as looking', 'mean')
    .option('--filter <name>', `what takes registers out of the maps: ${mapFilters.join(', ')}`, 'median')
    .option('-o, --out <w.npy>', 'the file to write: [blocks, heads]', 'head-weights.npy')
    .action(run);
}

async function run(inputs: readonly string[], args: Arguments): Promise<void> {
  const folder = dirname(args.out);
  requireWritableFile(args.out);
  const alpha = Number(args.alpha);
  if (!(alpha > 0)) fail(`--alpha is a number above 0, not ${args.alpha}`);
  const { threshold } = args;
  if (threshold !== 'mean' && threshold !== 'zero') return fail(`--threshold is mean or zero, not ${threshold}`);
  const filter = filterNamed(args.filter);
  const paths = inputs.flatMap(imageFiles);
  const named = phrasesOf(paths, args);
  const phrases = [...new Set(named.values())];
  const model = await openModel(args.model);
  if (!model.encodeTexts) return fail(`${args.model} has no text tower, so it has no texts to look for`);
  const texts = await model.encodeTexts(phrases);
  const progress = progressBar(paths.length);
  const images = async function* () {
    for (const path of paths) yield await markedImage(path, model, args.masks, phrases.indexOf(named.get(path)!));
  };
  const onImage = (done: number) => progress.update(done, 'head-weights');
  const weights = await headWeights(model, texts, images(), { alpha, threshold, filter, onImage });
  progress.end();
  const [file] = writeFiles(folder, { [basename(args.out)]: encodeNpy(weights) });
  const [blocks, heads] = weights.shape;
  process.stdout.write(`${file}: ${blocks} blocks of ${heads} heads, from ${paths.length} images\n`);
}

async function markedImage(path: string, model: OpenedModel, masks: string, text: number): Promise<MarkedImage> {
  const { tensor, backdrops } = await readInput(path, model);
  return { input: tensor, text, mask: await maskOf(path, masks), view: backdrops()[0]!.view };
}

async function maskOf(path: string, folder: string): Promise<Plane> {
  const [png, npy] = ['.png', '.npy'].map((extension) => join(folder, `${inputName(path)}${extension}`)) as [string, string];
  if (existsSync(png)) {
    const { width, height, data } = await decodeImage(png);
    return { width, height, data: Float32Array.from({ length: width * height }, (_, i) => data[3 * i]!) };
  }
  if (!existsSync(npy)) return fail(`there is no mask ${png}`);
  const { shape, data } = readArray(npy);
  if (shape.length !== 2) fail(`${npy} has the shape [${shape.join(', ')}]; a mask is [height, width]`);
  return { width: shape[1]!, height: shape[0]!, data: Float32Array.from(data as ArrayLike<number>, Number) };
}

function phrasesOf(paths: readonly string[], { text, concepts }: Arguments): Map<string, string> {
  if ((text === undefined) === (concepts === undefined)) fail('say what is marked, with either --text or --concepts');
  if (text !== undefined) return new Map(paths.map((path) => [path, text]));
  const json = (readJson(concepts!) ?? fail(`there is no file ${concepts}`)) as Record<string, unknown>;
  const phraseOf = (path: string) => {
    const phrase = json[inputName(path)];
    return typeof phrase === 'string' ? phrase : fail(`${concepts} has no phrase for "${inputName(path)}"`);
  };
  return new Map(paths.map((path) => [path, phraseOf(path)]));
}

/** @throws UserError for a filter that there is not */
export function filterNamed(name: string): MapFilter {
  return mapFilters.find((filter) => filter === name) ?? fail(`--filter is ${mapFilters.join(', ')}, not ${name}`);
}
