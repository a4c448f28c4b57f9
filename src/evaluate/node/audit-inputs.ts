/** Reads the images of an audit: photos by the model's recipe, or arrays. */
import { extname } from 'node:path';
import type { OpenedModel } from '../../catalog/node/open.js';
import { inputName, openPhoto } from '../../catalog/node/photo.js';
import { fail } from '../../errors.js';
import { imageInput, isChannelsLast } from '../../explain/subject.js';
import { type Image, imageOfTensor, preprocess, type View } from '../../image/index.js';
import type { FloatArray } from '../../tensor/tensor.js';
import type { AuditedImage } from '../audit/context.js';
import { sceneTwins } from '../counterfactual/scene-twins.js';
import type { Twin } from '../counterfactual/twins.js';
import { scoreEach } from '../faithfulness/pixels.js';
import type { Mask } from '../map/heat-map.js';
import { seenMask } from '../map/seen-mask.js';
import { pixelsOf, type Scorer } from '../model/scorer.js';

/** An image as the model reads it, and as it is drawn. */
export interface AuditInput {
  readonly path: string;
  readonly name: string;
  readonly tensor: FloatArray;
  readonly layout: 'NCHW' | 'NHWC';
  readonly canvas: Image;
  /** How the canvas lies over the photo; an array has none. */
  readonly view?: View;
  /** Of a scene. */
  readonly twins?: () => readonly Twin[];
}

export interface ReadOptions {
  /** Reads a .npy file. */
  readonly readTensor: (path: string) => FloatArray;
  /** Other objects and contexts of each scene. */
  readonly twins: number;
}

/**
 * What can be read, all of one shape; of the rest, why not.
 * @throws UserError if nothing can be read
 */
export async function readInputs(
  paths: readonly string[],
  model: OpenedModel,
  options: ReadOptions,
): Promise<{ inputs: AuditInput[]; skipped: string[] }> {
  const inputs: AuditInput[] = [];
  const skipped: string[] = [];
  for (const path of paths) {
    try {
      const input = await readInput(path, model, options);
      const first = inputs[0]?.tensor.shape ?? input.tensor.shape;
      if (`${first}` !== `${input.tensor.shape}`)
        fail(`${path} has the shape [${input.tensor.shape}], the first image [${first}]; audit them apart`);
      if (input.tensor.shape[0] !== 1) fail(`${path} has ${input.tensor.shape[0]} rows; save one image a file`);
      if (inputs.some(({ name }) => name === input.name)) fail(`${path} has the name of another image`);
      inputs.push(input);
    } catch (error) {
      if (paths.length === 1) throw error;
      skipped.push((error as Error).message);
    }
  }
  return inputs.length > 0 ? { inputs, skipped } : fail(`none of the images can be read: ${skipped[0]}`);
}

async function readInput(path: string, model: OpenedModel, { readTensor, twins }: ReadOptions): Promise<AuditInput> {
  const { shape } = imageInput(model.graph);
  const layout = isChannelsLast(shape) ? 'NHWC' : 'NCHW';
  const name = inputName(path);
  if (extname(path) === '.npy') {
    const tensor = readTensor(path);
    return { path, name, tensor, layout, canvas: imageOfTensor(tensor, { layout }) };
  }
  const known = (axis: number) => (typeof shape?.[axis] === 'number' ? (shape[axis] as number) : undefined);
  const [channels, height, width] = layout === 'NCHW' ? [known(1), known(2), known(3)] : [known(3), known(1), known(2)];
  const photo = await openPhoto(path);
  const prepare = (image: Image) => preprocess(image, model.recipe, { channels, height, width, layout });
  const { tensor, canvas, view } = prepare(photo.image);
  const input: AuditInput = { path, name, tensor, layout, canvas, view };
  const { scene } = photo;
  if (!scene) return input;
  const read = (image: Image) => pixelsOf(prepare(image).tensor, layout);
  const onInput = (mask: Mask) => seenMask(mask, view);
  return { ...input, twins: () => sceneTwins(scene, numberOf(path), { draws: twins, read, onInput }) };
}

/** Of `scene:17` or `scene:17/no-tag`. */
const numberOf = (scene: string): number => Number.parseInt(scene.slice(scene.indexOf(':') + 1), 10);

/** The images with the class that is explained, and with what is known of them. */
export async function withTargets(
  inputs: readonly AuditInput[],
  target: number | 'top',
  scorer: Pick<Scorer, 'logits'>,
  masks?: ReadonlyMap<string, Mask>,
): Promise<AuditedImage[]> {
  const images = inputs.map(({ tensor, layout }) => pixelsOf(tensor, layout));
  const logits = await scoreEach(scorer.logits, images);
  return images.map((image, i) => {
    const scores = logits[i]!;
    const top = scores.reduce((best, value, k) => (value > scores[best]! ? k : best), 0);
    if (target !== 'top' && target >= scores.length) fail(`there is no class ${target}: the model has ${scores.length}`);
    const { name, twins } = inputs[i]!;
    const mask = masks?.get(name);
    return { name, image, target: target === 'top' ? top : target, ...(twins && { twins }), ...(mask && { mask }) };
  });
}
