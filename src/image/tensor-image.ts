/** Makes a picture of a model's input tensor, for inputs that came without a photo. */
import { fail } from '../errors.js';
import type { FloatArray } from '../tensor/tensor.js';
import type { Image } from './image.js';
import type { Recipe } from './recipe.js';

export interface TensorImageOptions {
  /** Which item of the batch. Default 0. */
  readonly item?: number;
  /** Default NCHW. */
  readonly layout?: 'NCHW' | 'NHWC';
  /** How the tensor was normalised. Without it, the item's smallest value becomes black and its largest white. */
  readonly recipe?: Pick<Recipe, 'channels' | 'scale' | 'mean' | 'std'>;
}

/**
 * The 8-bit picture that a tensor [N, C, H, W] ([N, H, W, C]) was made of: (value * std + mean) / scale. One channel is grey; of more
 * than three, the first three are shown.
 * @throws UserError if the tensor does not have four dimensions, or there is no such item
 */
export function imageOfTensor(
  { shape, data }: FloatArray,
  { item = 0, layout = 'NCHW', recipe }: TensorImageOptions = {},
): Image {
  if (shape.length !== 4) fail(`a tensor of shape [${shape}] is no batch of pictures; it has 4 dimensions`);
  if (item < 0 || item >= shape[0]!) fail(`there is no item ${item} in a tensor of shape [${shape}]`);
  const [channels, height, width] = layout === 'NCHW' ? shape.slice(1) : [shape[3], shape[1], shape[2]];
  const size = height! * width!;
  const [channelStep, pixelStep] = layout === 'NCHW' ? [size, 1] : [1, channels!];
  const values = data.subarray(item * channels! * size, (item + 1) * channels! * size);
  const level = recipe ? (value: number, c: number) => denormalised(value, c, recipe) : contrastOf(values);
  const picture = new Uint8Array(size * 3);
  for (let c = 0; c < 3; c++) {
    const wanted = recipe?.channels === 'BGR' ? 2 - c : c;
    const channel = channels! < 3 ? 0 : wanted;
    for (let i = 0; i < size; i++) {
      const value = Math.round(level(values[channel * channelStep + i * pixelStep]!, channel));
      picture[i * 3 + c] = Math.max(0, Math.min(255, value));
    }
  }
  return { width: width!, height: height!, data: picture };
}

function denormalised(value: number, c: number, { scale, mean, std }: NonNullable<TensorImageOptions['recipe']>): number {
  return (value * std[c % std.length]! + mean[c % mean.length]!) / scale;
}

function contrastOf(values: Float32Array): (value: number) => number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return (value) => (high > low ? ((value - low) / (high - low)) * 255 : 127.5);
}
