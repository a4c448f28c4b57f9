/** Makes one map of an attribution: picks an item of the batch and brings its channels together. */
import { fail } from '../errors.js';
import type { FloatArray } from '../tensor/tensor.js';
import type { Plane } from './image.js';

/**
 * How channels become one value: `sum` keeps the sign and the total, so it suits signed attributions that add up to the score;
 * `abs-max` is the largest magnitude (saliency maps of Simonyan et al. 2014); `l2` is the Euclidean norm.
 */
export type Pooling = 'sum' | 'abs-max' | 'l2';

export interface PlaneOptions {
  /** Which item of the batch. Default 0. */
  readonly item?: number;
  /** Default `sum`. */
  readonly pooling?: Pooling;
  /** Where the channels of a four-dimensional attribution are. Default NCHW. */
  readonly layout?: 'NCHW' | 'NHWC';
}

/**
 * One map of an attribution of shape [h, w], [N, h, w], or [N, C, H, W] ([N, H, W, C]) whose channels are pooled.
 * @throws UserError for another number of dimensions, or an item that is not there
 */
export function planeOf({ shape, data }: FloatArray, { item = 0, pooling = 'sum', layout = 'NCHW' }: PlaneOptions = {}): Plane {
  if (shape.length < 2 || shape.length > 4) fail(`an attribution of shape [${shape}] is no map; it has 2, 3 or 4 dimensions`);
  const [items, ...rest] = shape.length === 2 ? [1, ...shape] : shape;
  if (item < 0 || item >= items!) fail(`there is no item ${item} in an attribution of shape [${shape}]`);
  const [channels, height, width] = rest.length === 2 ? [1, ...rest] : layout === 'NCHW' ? rest : [rest[2], rest[0], rest[1]];
  const size = height! * width!;
  const [channelStep, pixelStep] = layout === 'NCHW' || rest.length === 2 ? [size, 1] : [1, channels!];
  const start = item * channels! * size;
  const pooled = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    let value = 0;
    for (let c = 0; c < channels!; c++) {
      const x = data[start + c * channelStep + i * pixelStep]!;
      if (pooling === 'sum') value += x;
      else if (pooling === 'l2') value += x * x;
      else value = Math.max(value, Math.abs(x));
    }
    pooled[i] = pooling === 'l2' ? Math.sqrt(value) : value;
  }
  return { width: width!, height: height!, data: pooled };
}
