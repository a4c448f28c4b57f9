/** The masks of an audit's images: each from a folder, brought to what the model sees. */
import { fail } from '../../errors.js';
import { resizePlane } from '../../image/index.js';
import type { HeatMap, Mask } from '../map/heat-map.js';
import { seenMask } from '../map/seen-mask.js';
import type { AuditInput } from './audit-inputs.js';
import { readMask, type TruthFolder, truthFolder } from './map-files.js';

export interface AuditMasks {
  /** By the image's name, at the size of the model's input. */
  readonly masks: ReadonlyMap<string, Mask>;
  /** Why an image has none. */
  readonly missing: readonly string[];
}

/**
 * A mask has the size of the photo, and goes through the model's preprocessing as the photo does; or the size of the model's input.
 * @param resize bring masks of other sizes to the photo's
 * @throws UserError if the folder is not there, or no image has a mask
 */
export async function readMasks(folder: string, inputs: readonly AuditInput[], resize: boolean): Promise<AuditMasks> {
  const truth = truthFolder(folder, 'masks');
  const masks = new Map<string, Mask>();
  const missing: string[] = [];
  for (const input of inputs) {
    try {
      masks.set(input.name, await maskOf(input, truth, resize));
    } catch (error) {
      missing.push((error as Error).message);
    }
  }
  if (masks.size > 0) return { masks, missing };
  return fail(inputs.length > 1 ? `none of the images has a mask: ${missing[0]}` : missing[0]!);
}

async function maskOf({ path, name, canvas, view }: AuditInput, truth: TruthFolder, resize: boolean): Promise<Mask> {
  const { file } = truth.find(path, name);
  const read = await readMask(file);
  if (!hasInside(read)) fail(`the mask ${file} is empty: no pixel is inside`);
  const photo = view?.photo ?? canvas;
  const fits = [photo, canvas].some((size) => isOfSize(read, size));
  if (!fits && !resize) {
    const others = [`${path} ${sizeOf(photo)}`, ...(isOfSize(photo, canvas) ? [] : [`the model's input ${sizeOf(canvas)}`])];
    fail(
      `the mask ${file} has ${sizeOf(read)} pixels, ${others.join(' and ')}; if it shows all of the photo, --resize brings it to that size`,
    );
  }
  const mask = fits ? read : nearest(read, photo);
  const seen = view && isOfSize(mask, photo) ? seenMask(mask, view) : mask;
  return hasInside(seen) ? seen : fail(`what is inside the mask ${file} lies outside of what the model sees of ${path}`);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const isOfSize = (one: Size, other: Size): boolean => one.width === other.width && one.height === other.height;
const sizeOf = ({ width, height }: Size): string => `${width}x${height}`;
const hasInside = ({ data }: Mask): boolean => Array.prototype.some.call(data, (value) => value !== 0);
const nearest = ({ data, ...size }: HeatMap, { width, height }: Size): Mask =>
  resizePlane({ ...size, data: Float32Array.from(data) }, width, height, { filter: 'nearest' });
