/** `sightline explain`: pictures, arrays and records of what a model looked at. */
import { basename, extname } from 'node:path';
import { Command } from 'commander';
import { targetNamed } from '../catalog/labels.js';
import { headWeightsBeside } from '../catalog/node/head-weights.js';
import { openPhoto } from '../catalog/node/photo.js';
import { wordMethods } from '../catalog/node/words.js';
import type { Target } from '../explain/dense-scores.js';
import { type LoadedExplainer, loadExplainer, runExplainers } from '../explain/explain.js';
import type { ExplainOptions } from '../explain/explanation.js';
import { imageInput, isChannelsLast } from '../explain/subject.js';
import { type Plane, preprocess } from '../image/index.js';
import { decodeImage } from '../image/node/index.js';
import type { Method, Progress } from '../methods/method.js';
import { methodNamed } from '../methods/registry.js';
import { type GivenOptions, readOptions, requireKnown } from '../options.js';
import { backdropsOf } from '../report/picture.js';
import type { NdArray } from '../tensor/tensor.js';
import { keyValues, list, listOf, readArray, readTensor, textOrFile, toFloat } from './arguments.js';
import { filesOf, formatNamed, formats, type Subject, summary } from './explain-files.js';
import { explainBySaliency, methodNames, saliencyAmong } from './explain-saliency.js';
import { reportFailures } from './failures.js';
import { requireDistinct } from './image-files.js';
import { defaultModel, type OpenedModel, openModel } from './open-model.js';
import { requireWritable, writeFiles } from './output.js';
import { progressBar } from './progress.js';
import { textsOf } from './texts.js';
import { type WordArguments, wordsAsked } from './words.js';

interface Arguments extends WordArguments {
  readonly model?: string;
  readonly method: string;
  readonly target: string;
  readonly region?: string;
  readonly preprocess?: string;
  readonly input: readonly string[];
  readonly output?: string;
  readonly layer?: string;
  readonly weights?: string;
  readonly set: readonly string[];
  readonly out: string;
  readonly format: string;
}

export function explainCommand(): Command {
  const repeatable = (value: string, before: readonly string[]) => [...before, value];
  return new Command('explain')
    .description('explain what a model looked at in images, or in its own input tensors (.npy)')
    .argument('<input...>', 'photos, .npy files with the model input, float32 [N,C,H,W], or scenes such as scene:17')
    .option(
      '-m, --model <model>',
      `an .onnx file, a folder with one, a bundled name, or hf:owner/name (default: ${defaultModel})`,
    )
    .option('-x, --method <names>', `one or several of ${methodNames.join(', ')}`, 'grad-cam')
    .option('-t, --target <target>', 'class to explain: top, an index or a label; a comma list has one per batch row', 'top')
    .option('--region <mask>', 'outputs that are maps of classes: a picture whose bright part is summed up (default: all)')
    .option('--preprocess <recipe>', 'how a photo becomes the input: a preset or a .json file')
    .option('--input <name=file.npy>', 'value of a further input of the model; repeatable', repeatable, [])
    .option('--output <name>', 'the output to explain, where there are several')
    .option('--text <phrase>', 'image-text models: what to explain; repeatable, then --target says which', repeatable, [])
    .option(
      '--templates <name>',
      'put each --text into sentences and take their mean: openai (80), or a file with {} in each line',
    )
    .option('--text-embedding <t.npy>', 'the same with the text vector given, [D] float32')
    .option('--words <method>', `image-text models: which words of the text matter, by ${wordMethods.join(', ')}`)
    .option('--weights <w.npy>', 'the same as --set weights=w.npy: weights of heads, [blocks, heads]')
    .option('-l, --layer <names>', 'tensors or nodes for class activation maps (default: the last feature map)')
    .option('-s, --set <key=value>', 'an option of the method; repeatable', repeatable, [])
    .option('-o, --out <folder>', 'where the files go', '.')
    .option('-f, --format <names>', `files to write: ${formats.join(', ')}`, 'png')
    .action(run);
}

async function run(inputs: readonly string[], args: Arguments): Promise<void> {
  const given = settingsOf(args.weights === undefined ? args.set : [...args.set, `weights=${args.weights}`]);
  const names = listOf('--method', args.method);
  const modelFree = saliencyAmong(names, given);
  const wanted = names.filter((name) => !modelFree.includes(name));
  const methods = wanted.map(methodNamed);
  const settings = modelFree.length ? pick(given, Object.assign({}, ...methods.map(({ options }) => options))) : given;
  requireKnown(methods, settings);
  for (const { name, options } of methods) readOptions(name, options, methods.length > 1 ? pick(settings, options) : settings);
  const written = listOf('--format', args.format).map(formatNamed);
  requireDistinct(inputs);
  requireWritable(args.out);
  const failures = await explainBySaliency(inputs, modelFree, { given, out: args.out, written });
  if (wanted.length === 0) return failures.length ? reportFailures(failures, inputs.length) : undefined;
  const opened = await openModel(args.model, { recipe: args.preprocess });
  const texts = await textsOf(args, opened);
  const model = texts ? { ...opened, labels: texts.phrases, assumptions: [...opened.assumptions, ...texts.notes] } : opened;
  const options: ExplainOptions = {
    options: withHeadWeights(settings, methods, opened.path),
    targets: targetsOf(args.target, model),
    output: args.output,
    region: args.region === undefined ? undefined : await readRegion(args.region, model),
    texts,
    ...(args.layer !== undefined && { layers: listOf('--layer', args.layer) }),
    inputs: furtherInputs(args.input),
    diagnose: true,
    detailed: written.some((format) => format === 'json' || format === 'html'),
  };

  const addWords = await wordsAsked(args, model, options);

  const explainers = new Map<string, Promise<LoadedExplainer>>();
  const progress = progressBar(inputs.length);
  for (const [place, input] of inputs.entries()) {
    if (failures.some(([failed]) => failed === input)) continue;
    try {
      const subject = await readInput(input, model, Object.keys(options.inputs ?? {}));
      const title = `${basename(input)} ${wanted.join(', ')}`;
      progress.update(place, title);
      const key = String(subject.tensor.shape.slice(1));
      const loaded = explainers.get(key) ?? loadExplainer(opened, wanted, subject.tensor.shape, options);
      explainers.set(key, loaded);
      const onProgress = ({ done, total }: Progress) => progress.update(place + done / total, title);
      const explained = await runExplainers(await loaded, subject.tensor, { ...options, onProgress });
      const explanations = await addWords(explained, subject.tensor);
      const paths = writeFiles(args.out, await filesOf(explanations, subject, model, written));
      progress.end();
      for (const explanation of explanations) process.stdout.write(summary(explanation, subject, model, paths));
    } catch (error) {
      failures.push([input, error as Error]);
    }
  }
  progress.end();
  if (failures.length) reportFailures(failures, inputs.length);
}

/** A photo or an array as the model's input, and what maps are drawn over. */
export async function readInput(path: string, model: OpenedModel, others: readonly string[] = []): Promise<Subject> {
  const { shape } = imageInput(model.graph, { others });
  const layout = isChannelsLast(shape) ? 'NHWC' : 'NCHW';
  if (extname(path) === '.npy') {
    const tensor = readTensor(path);
    return { input: path, tensor, layout, isPhoto: false, backdrops: () => backdropsOf(tensor, layout) };
  }
  const { image: photo, scene } = await openPhoto(path);
  const known = (axis: number) => (typeof shape?.[axis] === 'number' ? (shape[axis] as number) : undefined);
  const [channels, height, width] = layout === 'NCHW' ? [known(1), known(2), known(3)] : [known(3), known(1), known(2)];
  const { tensor, view } = preprocess(photo, model.recipe, { channels, height, width, layout });
  return { input: path, tensor, layout, isPhoto: true, backdrops: () => [{ photo, view }], scene };
}

/** The bright part of a mask over the photo, brought through the photo's own preprocessing. */
async function readRegion(path: string, model: OpenedModel): Promise<Plane> {
  const { shape } = imageInput(model.graph);
  const [height, width] = (isChannelsLast(shape) ? shape?.slice(1, 3) : shape?.slice(2)) ?? [];
  const sizes = { height: typeof height === 'number' ? height : undefined, width: typeof width === 'number' ? width : undefined };
  const { canvas } = preprocess(await decodeImage(path), model.recipe, { ...sizes, layout: 'NCHW' });
  const bright = (i: number) => (canvas.data[3 * i]! + canvas.data[3 * i + 1]! + canvas.data[3 * i + 2]! > 3 * 127 ? 1 : 0);
  return {
    width: canvas.width,
    height: canvas.height,
    data: Float32Array.from({ length: canvas.width * canvas.height }, (_, i) => bright(i)),
  };
}

function targetsOf(text: string, { labels }: OpenedModel): Target[] {
  const whole = labels?.some((label) => label.toLowerCase() === text.trim().toLowerCase());
  return (whole ? [text] : list(text)).map((target) => targetNamed(target, labels));
}

function furtherInputs(given: readonly string[]): Record<string, NdArray> {
  const pairs = Object.entries(keyValues('--input', given)).map(([name, file]) => [name, readArray(file)] as const);
  return Object.fromEntries(pairs);
}

/** Options of methods; what ends in .npy is an array. */
function settingsOf(given: readonly string[]): GivenOptions {
  const settings = Object.entries(keyValues('--set', given)).map(([key, text]) => {
    return [key, extname(text) === '.npy' ? { ...toFloat(readArray(text), text), name: text } : textOrFile(text)] as const;
  });
  return Object.fromEntries(settings);
}

/** The weights of heads that lie in the model's folder, where a method takes some and none are given. */
function withHeadWeights(settings: GivenOptions, methods: readonly Method[], path: string): GivenOptions {
  const wanted = methods.some(({ options }) => options.weights?.type === 'array') && settings.weights === undefined;
  const weights = wanted ? headWeightsBeside(path) : undefined;
  return weights ? { ...settings, weights } : settings;
}

const pick = (settings: GivenOptions, options: object): GivenOptions =>
  Object.fromEntries(Object.entries(settings).filter(([key]) => key in options));
