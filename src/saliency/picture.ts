/** A picture as classical saliency reads it: levels of one or three channels, with their kind kept, since the references differ by it. */
import { fail } from '../errors.js';
import type { Image } from '../image/image.js';
import { elementCount, firstNonFinite, type NdArray } from '../tensor/tensor.js';

/** Row-major and interleaved: `channels` numbers a pixel. Bytes are 0 to 255, floats 0 to 1. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly levels: Uint8Array | Float32Array;
}

/** An 8-bit RGB image as a picture; the pixels are shared, not copied. */
export function pictureFromImage({ width, height, data }: Image): Picture {
  if (width < 1 || height < 1) fail(`the image is empty: its size is ${width}x${height}`);
  return { width, height, channels: 3, levels: data };
}

/**
 * An array [H, W] or [H, W, 3] as a picture: uint8 0 to 255, or float32 0 to 1. The numbers are shared, not copied.
 * @param name what to call the array in messages
 * @throws UserError for another dtype, another shape, a side of zero, NaN or infinity, or floats outside 0 to 1
 */
export function pictureFromArray({ shape, data }: NdArray, name = 'the image'): Picture {
  if (shape.length !== 2 && !(shape.length === 3 && shape[2] === 3))
    fail(`${name} has shape [${shape}]; ${expectedShape(shape)}`);
  const [height, width] = shape as [number, number];
  if (elementCount(shape) === 0) fail(`${name} is empty: its shape [${shape}] has a size of 0`);
  const channels = shape.length === 2 ? 1 : 3;
  if (data instanceof Uint8Array) return { width, height, channels, levels: data };
  if (!(data instanceof Float32Array)) {
    const dtype = data.constructor.name.replace('Array', '').replace('Big', '').toLowerCase();
    return fail(`${name} has dtype ${dtype}; save it as uint8 (0 to 255) or float32 (0 to 1)`);
  }
  checkFloats(data, name);
  return { width, height, channels, levels: data };
}

/** @throws UserError if sides and levels of a picture do not agree, or floats are not levels of 0 to 1 */
export function checkPicture({ width, height, channels, levels }: Picture): void {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0))
    fail(`the picture is ${width}x${height}: its sides must be whole numbers above 0`);
  if (levels.length !== width * height * channels)
    fail(
      `the picture is ${width}x${height} with ${channels} channels, and has ${levels.length} levels, not ${width * height * channels}`,
    );
  if (levels instanceof Float32Array) checkFloats(levels, 'the picture');
}

function checkFloats(data: Float32Array, name: string): void {
  const bad = firstNonFinite(data);
  if (bad >= 0) fail(`${name} holds a ${Number.isNaN(data[bad]) ? 'NaN' : 'value that is not finite'} at element ${bad}`);
  const outside = firstOutside(data);
  if (outside >= 0) fail(`${name} holds ${data[outside]}; float32 images are 0 to 1 (divide by 255, or save uint8)`);
}

/** The picture as an 8-bit RGB image, to be looked at. */
export function imageOfPicture({ width, height, channels, levels }: Picture): Image {
  const data = new Uint8Array(width * height * 3);
  const scale = levels instanceof Uint8Array ? 1 : 255;
  for (let i = 0; i < data.length; i++) {
    const level = levels[channels === 3 ? i : Math.floor(i / 3)]! * scale;
    data[i] = Math.max(0, Math.min(255, Math.round(level)));
  }
  return { width, height, data };
}

/** Whether all pixels have one colour. Ends at the first that differs, so that it costs nothing on a photo. */
export function isConstant({ channels, levels }: Picture): boolean {
  for (let i = channels; i < levels.length; i++) if (levels[i] !== levels[i - channels]) return false;
  return true;
}

function expectedShape(shape: readonly number[]): string {
  if (shape.length === 3 && shape[2] === 4) return 'it is [H,W] or [H,W,3]: leave the alpha channel out';
  if (shape.length === 3 && shape[0] === 3) return 'it is [H,W] or [H,W,3]: move the channels to the last dimension';
  return 'a picture is [H,W] or [H,W,3]';
}

/** Rounding may leave 0 to 1 by a hair; levels of 0 to 255 leave it by far. */
function firstOutside(data: Float32Array): number {
  for (let i = 0; i < data.length; i++) if (data[i]! < -1e-3 || data[i]! > 1.001) return i;
  return -1;
}
