/** Makes a model's input of a photo by a recipe, and remembers which part of the photo it shows. */
import { fail } from '../errors.js';
import type { FloatArray } from '../tensor/tensor.js';
import type { Image } from './image.js';
import type { CropStep, PadStep, Recipe, ResizeStep, Rounding, Size, Step } from './recipe.js';
import { resizeImage } from './resize.js';
import { type Extent, resizedView, type View, viewOfAll, windowedView } from './view.js';

/** A model's image input. A height, width or channel count that the model leaves open is left out; the recipe then decides. */
export interface InputShape {
  readonly height?: number | undefined;
  readonly width?: number | undefined;
  readonly channels?: number | undefined;
  readonly layout: 'NCHW' | 'NHWC';
}

export interface Prepared {
  /** [1, C, H, W] or [1, H, W, C]. */
  readonly tensor: FloatArray;
  /** The canvas in 8-bit RGB before normalisation: what the model was shown. */
  readonly canvas: Image;
  readonly view: View;
}

/**
 * Resizes, crops, pads and normalises a photo.
 * @throws UserError if the recipe ends at another size than the model's input, leaves it open, or has another number of channels
 */
export function preprocess(photo: Image, recipe: Recipe, input: InputShape): Prepared {
  const target = {
    height: input.height ?? recipe.input?.[0],
    width: input.width ?? recipe.input?.[1],
  };
  const channels = channelsOf(recipe, input);
  let canvas = channels === 'grey' ? toGrey(photo) : photo;
  let view = viewOfAll(photo);
  for (const step of recipe.steps) {
    const inputSize = (): Extent => {
      const { height, width } = target;
      if (height && width) return { height, width };
      return fail(
        `recipe ${recipe.name}: a step goes by the model's input size, which the model leaves open; give "input" in the recipe`,
      );
    };
    [canvas, view] = apply(step, canvas, view, inputSize);
  }
  if ((input.height ?? canvas.height) !== canvas.height || (input.width ?? canvas.width) !== canvas.width) {
    fail(
      `recipe ${recipe.name} makes ${canvas.height}x${canvas.width} (height x width) of this photo, but the model's input is ` +
        `${input.height ?? 'any'}x${input.width ?? 'any'}; choose another recipe, or end it with a crop or pad`,
    );
  }
  return { tensor: normalise(canvas, recipe, channels, input), canvas, view };
}

function apply(step: Step, canvas: Image, view: View, inputSize: () => Extent): [Image, View] {
  if ('resize' in step) {
    const { width, height } = resizedTo(step, canvas, inputSize);
    return [
      resizeImage(canvas, width, height, step.filter, { antialias: step.antialias ?? true }),
      resizedView(view, width, height),
    ];
  }
  const { width, height } = 'crop' in step ? croppedTo(step, canvas, inputSize) : pixels(step.size, inputSize);
  const [left, top] = offset(step, canvas, width, height);
  return [windowOf(canvas, left, top, width, height, step.value ?? 0), windowedView(view, left, top, width, height)];
}

/** A size of the recipe in pixels. */
function pixels(size: Size | undefined, inputSize: () => Extent): Extent {
  if (typeof size === 'number') return { height: size, width: size };
  if (size === undefined) return inputSize();
  if (!('times' in size)) return { height: size[0], width: size[1] };
  const { height, width } = inputSize();
  return { height: Math.round(height * size.times), width: Math.round(width * size.times) };
}

function resizedTo(step: ResizeStep, from: Extent, inputSize: () => Extent): Extent {
  const { height, width } = pixels(step.size, inputSize);
  if (step.resize === 'stretch') return { height, width };
  const rounded = (value: number): number => Math.max(1, step.rounding === 'round' ? Math.round(value) : Math.floor(value));
  const byHeight =
    step.resize === 'cover' ? from.height / height <= from.width / width : from.height / height > from.width / width;
  const to = byHeight
    ? { height, width: rounded((height * from.width) / from.height) }
    : { height: rounded((width * from.height) / from.width), width };
  const { longest } = step;
  if (longest === undefined || Math.max(to.height, to.width) <= longest) return to;
  return from.height > from.width
    ? { height: longest, width: Math.max(1, Math.round((longest * from.width) / from.height)) }
    : { height: Math.max(1, Math.round((longest * from.height) / from.width)), width: longest };
}

function croppedTo(step: CropStep, from: Extent, inputSize: () => Extent): Extent {
  const { size } = step;
  if (typeof size !== 'object' || !('ofShortSide' in size)) return pixels(size, inputSize);
  const input = inputSize();
  const scale = size.ofShortSide * Math.min(from.height / input.height, from.width / input.width);
  // The nudge keeps 0.875 * 320 / 224 * 224 from falling just below 280.
  const whole = (length: number): number => Math.max(1, Math.floor(length * scale + 1e-6));
  return { height: whole(input.height), width: whole(input.width) };
}

function offset(step: CropStep | PadStep, from: Extent, width: number, height: number): [left: number, top: number] {
  if ('pad' in step) {
    if (from.width > width || from.height > height) {
      fail(`recipe: cannot pad ${from.height}x${from.width} (height x width) to ${height}x${width}; resize with "fit" first`);
    }
    return step.pad === 'top-left' ? [0, 0] : [-Math.floor((width - from.width) / 2), -Math.floor((height - from.height) / 2)];
  }
  const rounding = step.rounding ?? 'round';
  return [centered(from.width - width, rounding), centered(from.height - height, rounding)];
}

/** Half of what is cut off; negative where the crop is larger than the picture. */
function centered(excess: number, rounding: Rounding): number {
  if (rounding === 'floor') return Math.floor(excess / 2);
  if (excess < 0) return Math.ceil(excess / 2);
  const below = Math.floor(excess / 2);
  return excess % 2 === 1 && below % 2 === 1 ? below + 1 : below;
}

function windowOf(image: Image, left: number, top: number, width: number, height: number, fill: PadStep['value']): Image {
  const data = new Uint8Array(width * height * 3);
  if (typeof fill === 'number') data.fill(fill);
  else for (let i = 0; i < data.length; i++) data[i] = fill[i % 3]!;
  const from = Math.max(0, left);
  const to = Math.min(image.width, left + width);
  for (let y = Math.max(0, top); y < Math.min(image.height, top + height); y++) {
    const row = image.data.subarray((y * image.width + from) * 3, (y * image.width + Math.max(from, to)) * 3);
    data.set(row, ((y - top) * width + from - left) * 3);
  }
  return { width, height, data };
}

/** Luma in all three channels, in 16-bit fixed point as Pillow's convert('L'). */
function toGrey(image: Image): Image {
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const sum = image.data[i]! * 19595 + image.data[i + 1]! * 38470 + image.data[i + 2]! * 7471;
    data.fill((sum + 0x8000) >> 16, i, i + 3);
  }
  return { ...image, data };
}

function channelsOf(recipe: Recipe, input: InputShape): Recipe['channels'] {
  const wanted = input.channels ?? (recipe.channels === 'grey' ? 1 : 3);
  if (wanted === 1) {
    if (recipe.channels !== 'grey' && new Set(recipe.mean).size * new Set(recipe.std).size > 1) {
      fail(
        `recipe ${recipe.name} normalises three channels, but the model's input has one; use mnist, unit, raw or a recipe of your own`,
      );
    }
    return 'grey';
  }
  if (wanted !== 3)
    fail(`the model's input has ${wanted} channels; a photo makes one or three (give such an input as a .npy file)`);
  return recipe.channels;
}

function normalise(
  canvas: Image,
  recipe: Recipe,
  channels: Recipe['channels'],
  { layout, channels: wanted }: InputShape,
): FloatArray {
  const count = wanted ?? (channels === 'grey' ? 1 : 3);
  const { width, height } = canvas;
  const size = width * height;
  const data = new Float32Array(count * size);
  const [channelStep, pixelStep] = layout === 'NCHW' ? [size, 1] : [1, count];
  for (let c = 0; c < count; c++) {
    const mean = recipe.mean[c % recipe.mean.length]!;
    const std = recipe.std[c % recipe.std.length]!;
    const values = Float32Array.from({ length: 256 }, (_, level) => (level * recipe.scale - mean) / std);
    const source = channels === 'BGR' ? 2 - c : c;
    for (let i = 0; i < size; i++) data[c * channelStep + i * pixelStep] = values[canvas.data[i * 3 + source]!]!;
  }
  return { shape: layout === 'NCHW' ? [1, count, height, width] : [1, height, width, count], data };
}
