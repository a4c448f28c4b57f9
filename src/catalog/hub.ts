/** Models of the Hugging Face hub by name: what a name says, and which files of a repository a model needs. */
import { didYouMean, fail } from '../errors.js';

export interface HubName {
  /** owner/name */
  readonly repository: string;
  /** A branch, a tag or a commit; where a slash in it is not part of refs/pr/ or refs/convert/, it is written as %2F. */
  readonly revision: string;
  /** Path of an .onnx file in the repository; by default the one that is usual. */
  readonly file: string | undefined;
}

const form = /^(\w[\w.-]*\/\w[\w.-]*)(?:@((?:refs\/(?:pr|convert)\/)?[\w.%+-]+))?(?:\/(.+))?$/;

/**
 * hf:owner/name, hf:owner/name@revision, hf:owner/name/file.onnx or both. None for names of something else.
 * @throws UserError for a name that begins with hf: and goes on otherwise
 */
export function hubName(name: string): HubName | undefined {
  if (!name.startsWith('hf:')) return undefined;
  const [, repository, revision = 'main', file] = form.exec(name.slice(3)) ?? [];
  if (!repository || (file !== undefined && !file.endsWith('.onnx')))
    return fail(`"${name}" names no model of the hub: write hf:owner/name, with @revision or /path/file.onnx behind it`);
  return { repository, revision: revision.replaceAll(/%2F/gi, '/'), file };
}

/** Precisions of the hub's files, the best first. */
export const precisions = ['', '_fp16', '_quantized', '_int8', '_uint8', '_q4', '_q4f16', '_bnb4'] as const;

/** Files that say what a model's input, classes and texts are. */
const descriptions = ['config.json', 'preprocessor_config.json', 'labels.json', 'tokenizer.json', 'tokenizer_config.json'];

export interface NeededFiles {
  /** The file to open. */
  readonly model: string;
  /** All files but weights that lie apart, the model's among them. */
  readonly paths: readonly string[];
}

/**
 * The files of a repository that a model needs: a vision tower comes with its text tower and tokenizer.
 * @param paths all files of the repository
 * @throws UserError if it has no such file, or no ONNX file at all, or several of which none is the usual one
 */
export function neededFiles({ repository, file }: HubName, paths: readonly string[]): NeededFiles {
  const models = paths.filter((path) => path.endsWith('.onnx'));
  const model = file ?? usualModel(models) ?? fail(withoutModel(repository, models, paths));
  if (!models.includes(model))
    fail(`${repository} has no file ${model}${didYouMean(model, models) || `; its ONNX files are ${enumerated(models)}`}`);
  const folder = folderOf(model);
  const folders = folder.endsWith('onnx/') ? [folder, folder.slice(0, -'onnx/'.length)] : [folder];
  const beside = folders.flatMap((inner) => descriptions.map((name) => inner + name));
  const others = [...beside, model.replace(/\.onnx$/, '.sightline.json')].filter((path) => paths.includes(path));
  const text = textTowerOf(model, models, folders);
  return { model, paths: [...others, model, ...(text ? [text] : [])] };
}

function usualModel(models: readonly string[]): string | undefined {
  const usual = ['vision_model', 'model'].flatMap((stem) => inPrecisions(stem, ['', 'onnx/']));
  return usual.find((path) => models.includes(path)) ?? (models.length === 1 ? models[0] : undefined);
}

const inPrecisions = (stem: string, folders: readonly string[]) =>
  folders.flatMap((folder) => precisions.map((precision) => `${folder}${stem}${precision}.onnx`));

/** In the precision of the vision tower where there is one. */
function textTowerOf(model: string, models: readonly string[], folders: readonly string[]): string | undefined {
  const name = model.slice(folderOf(model).length);
  if (!name.startsWith('vision_model')) return undefined;
  const same = folderOf(model) + name.replace('vision', 'text');
  return [same, ...inPrecisions('text_model', folders)].find((path) => models.includes(path));
}

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);

function withoutModel(repository: string, models: readonly string[], paths: readonly string[]): string {
  if (models.length)
    return `${repository} has several models: ${enumerated(models)}; name one, as in hf:${repository}/${models[0]}`;
  const weights = paths.filter((path) => /\.(safetensors|bin|h5|msgpack|pt|pth|gguf)$/.test(path));
  const has = weights.length ? `, only ${enumerated(weights)}` : '';
  return `${repository} has no ONNX file${has}; look for a conversion of it, or export it with optimum-cli export onnx`;
}

/** Repositories may have hundreds of files. */
const enumerated = (paths: readonly string[]) =>
  [...paths.slice(0, 12), ...(paths.length > 12 ? [`${paths.length - 12} more`] : [])].join(', ') || 'none';
