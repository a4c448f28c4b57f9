/** Finds a model by file, folder or name, with its labels and its preprocessing. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { didYouMean, fail } from '../../errors.js';
import type { Model } from '../../explain/explanation.js';
import { parseRecipe, preset, type Recipe, recipeFromPreprocessorConfig } from '../../image/index.js';
import type { Graph } from '../../onnx/graph.js';
import { nodeRuntime, openModelFile } from '../../runtime/node/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { hubName } from '../hub.js';
import { labelsFrom, labelsFromMetadata } from '../labels.js';
import { bundledFolder, bundledModel, bundledNames, defaultModel } from './bundled.js';
import { type DownloadProgress, hubModel } from './hub.js';
import { type EncodedTexts, encodeTexts, type Towers, towersIn } from './image-text.js';
import { readJson } from './json.js';
import { type ExplainedText, explainWords, type WordMethod } from './words.js';

export { defaultModel } from './bundled.js';

export interface OpenedModel extends Model {
  readonly path: string;
  readonly recipe: Recipe;
  /** Where labels and recipe come from, where they are a guess. */
  readonly assumptions: readonly string[];
  /** Vectors of texts, where the model has a tower for them. */
  readonly encodeTexts?: (phrases: readonly string[]) => Promise<EncodedTexts>;
  /** Which words of a text matter for its likeness to an image. */
  readonly explainWords?: (phrase: string, method: WordMethod) => Promise<ExplainedText>;
}

/** What a file `<model>.sightline.json` beside a model may say. */
interface Sidecar {
  /** A preset's name or a recipe. */
  readonly preprocess?: unknown;
  /** Names, or the file that has them. */
  readonly labels?: unknown;
}

export interface OpenOptions {
  /** A preset's name or a recipe file that overrules what the model's folder says. */
  readonly recipe?: string | undefined;
  readonly runtime?: Runtime;
  /** Told how far the download of a model of the hub is. */
  readonly onDownload?: (progress: DownloadProgress) => void;
}

/**
 * Opens a model file, the model in a folder, a bundled model by name, or one of the Hugging Face hub (hf:owner/name), which is
 * downloaded unless it is in the cache; reads no weights.
 * @throws UserError if there is no such model or recipe
 */
export async function openModel(
  name: string = defaultModel,
  { recipe, runtime, onDownload }: OpenOptions = {},
): Promise<OpenedModel> {
  const hub = hubName(name);
  const place = hub ? await hubModel(hub, onDownload) : (bundledModel(name) ?? name);
  const towers = towersOf(place);
  const path = towers?.vision ?? locate(place);
  const { graph, weights } = openModelFile(path);
  const sidecar = readJson(path.replace(/\.onnx$/i, '.sightline.json')) as Sidecar | undefined;
  const labels = labelsOf(path, graph, sidecar);
  const stated = recipe === undefined ? statedRecipe(path, graph, sidecar) : recipeNamed(recipe);
  const assumptions = [
    ...(labels?.assumed ? ['the model names no classes; those of ImageNet are assumed, as it has 1000'] : []),
    ...(stated ? [] : ['nothing says how photos become the input; the preset imagenet is assumed (--preprocess)']),
  ];
  const ort = runtime ?? (await nodeRuntime());
  return {
    path,
    graph,
    weights,
    runtime: ort,
    labels: labels?.names,
    recipe: stated ?? preset('imagenet'),
    assumptions,
    embeds: towers !== undefined,
    ...(towers && {
      encodeTexts: (phrases) => encodeTexts(towers, ort, phrases),
      explainWords: (phrase, method) => explainWords(towers, ort, phrase, method),
    }),
  };
}

/** The towers of an image-text model: of a folder, or around a vision tower's file. */
function towersOf(name: string): Towers | undefined {
  if (!existsSync(name)) return undefined;
  if (statSync(name).isDirectory()) return towersIn(name);
  if (!/^vision_model[^/]*\.onnx$/.test(basename(name))) return undefined;
  const folder = basename(dirname(name)) === 'onnx' ? dirname(dirname(name)) : dirname(name);
  return { folder, vision: name, text: towersIn(folder)?.text };
}

/** The file that a path or a name means. */
function locate(name: string): string {
  if (!existsSync(name)) {
    const looksLikePath = /[\\/]|\.onnx$/i.test(name) && !name.startsWith('scenes/');
    const names = bundledNames();
    return fail(
      looksLikePath
        ? `there is no model file ${name}`
        : `there is no model file or folder ${name}, nor a bundled model of that name${didYouMean(name, names) || ` (${names.join(', ')})`}`,
    );
  }
  return statSync(name).isDirectory() ? modelIn(name) : name;
}

function modelIn(folder: string): string {
  for (const usual of ['model.onnx', 'onnx/model.onnx']) if (existsSync(join(folder, usual))) return join(folder, usual);
  const found = [folder, join(folder, 'onnx')].filter(existsSync).flatMap((inner) =>
    readdirSync(inner)
      .filter((file) => extname(file) === '.onnx')
      .map((file) => join(inner, file)),
  );
  if (found.length === 1) return found[0]!;
  return fail(
    found.length
      ? `${folder} holds several models: ${found.map((file) => basename(file)).join(', ')}; name one`
      : `there is no .onnx file in ${folder}`,
  );
}

/** The first of some files that lies in the model's folder, or above it where that is called onnx. */
function besideModel(path: string, ...files: string[]): { json: unknown; file: string } | undefined {
  const folder = dirname(path);
  const folders = basename(folder) === 'onnx' ? [folder, dirname(folder)] : [folder];
  for (const file of folders.flatMap((inner) => files.map((name) => join(inner, name)))) {
    const json = readJson(file);
    if (json !== undefined) return { json, file };
  }
  return undefined;
}

function labelsOf(path: string, graph: Graph, sidecar: Sidecar | undefined): { names: string[]; assumed?: boolean } | undefined {
  if (sidecar?.labels !== undefined) {
    const json = typeof sidecar.labels === 'string' ? readJson(join(dirname(path), sidecar.labels)) : sidecar.labels;
    return { names: labelsFrom(json) ?? fail(`the labels that stand beside ${path} hold no class names`) };
  }
  const beside = besideModel(path, 'labels.json', 'config.json');
  const names = labelsFromMetadata(graph.details.metadata) ?? (beside && labelsFrom(beside.json));
  if (names) return { names };
  const classes = graph.outputs[0]?.shape?.slice(1).filter((size) => size !== 1);
  const imagenet =
    classes?.length === 1 && classes[0] === 1000 ? labelsFrom(readJson(join(bundledFolder, 'imagenet_labels.json'))) : undefined;
  return imagenet && { names: imagenet, assumed: true };
}

function statedRecipe(path: string, graph: Graph, sidecar: Sidecar | undefined): Recipe | undefined {
  const said = sidecar?.preprocess;
  if (said !== undefined) return typeof said === 'string' ? preset(said) : parseRecipe(said, `${path}: preprocess`);
  const metadata = graph.details.metadata.preprocess ?? graph.details.metadata['sightline.preprocess'];
  if (metadata !== undefined)
    return /^\s*\{/.test(metadata) ? parseRecipe(JSON.parse(metadata), `${path}: metadata`) : preset(metadata);
  const config = besideModel(path, 'preprocessor_config.json');
  if (config) return recipeFromPreprocessorConfig(config.json, config.file);
  const timm = besideModel(path, 'config.json');
  const isTimm = timm?.json && typeof timm.json === 'object' && 'pretrained_cfg' in timm.json;
  return isTimm ? recipeFromPreprocessorConfig(timm.json, timm.file) : undefined;
}

/** A preset, or a recipe or preprocessor_config.json file. */
function recipeNamed(name: string): Recipe {
  if (!name.endsWith('.json')) return preset(name);
  const json = readJson(name) ?? fail(`there is no recipe file ${name}`);
  const isRecipe = typeof json === 'object' && json !== null && 'steps' in json;
  return isRecipe ? parseRecipe(json, name) : recipeFromPreprocessorConfig(json, name);
}
