/** A preprocessing recipe: how a photo becomes a model's input, as plain data. */
import type { Filter } from './resampling.js';

/**
 * A size in pixels: of both sides, of [height, width], or as a multiple of the model's input (rounded), which fits any resolution.
 * Where a step has none, the model's input size is meant.
 */
export type Size = number | readonly [height: number, width: number] | { readonly times: number };

/** Fractions of a pixel that a computed size or offset ends in: cut off, or rounded (halves to even in an offset, as torchvision's CenterCrop). */
export type Rounding = 'floor' | 'round';

/**
 * - `stretch`: to the size, whatever the photo's proportions.
 * - `cover`: the smallest size of the photo's proportions that covers it; for one number, "the shortest edge becomes n".
 * - `fit`: the largest size of the photo's proportions that fits in; the first half of a letterbox.
 */
export interface ResizeStep {
  readonly resize: 'stretch' | 'cover' | 'fit';
  readonly size?: Size;
  readonly filter: Filter;
  /** Widen the filter when shrinking, as Pillow does (default true). False is `cv2.resize`, to one level. */
  readonly antialias?: boolean;
  /** Of the side that is not fixed by the size. Default `floor`. */
  readonly rounding?: Rounding;
  /** For `cover`: an upper limit of the longer side, before which the shorter side gives way. */
  readonly longest?: number;
}

/** Cuts out the middle. Where that is larger than the picture, the rest is filled. */
export interface CropStep {
  readonly crop: 'center';
  /** `ofShortSide`: the largest rectangle with the proportions of the model's input, times this fraction. */
  readonly size?: Size | { readonly ofShortSide: number };
  /** Of the offset. Default `round`. */
  readonly rounding?: Rounding;
  /** What fills it: 0 to 255, one level or one each of red, green and blue. Default black, as torchvision and transformers do. */
  readonly value?: PadStep['value'];
}

/** Extends the picture to a size with one colour: the second half of a letterbox. */
export interface PadStep {
  readonly pad: 'center' | 'top-left';
  readonly size?: Size;
  /** 0 to 255, one level or one each of red, green and blue. */
  readonly value: number | readonly [red: number, green: number, blue: number];
}

export type Step = ResizeStep | CropStep | PadStep;

/**
 * How a photo becomes a model's input: the steps in order (the canvas after the last must have the model's input size), then for
 * each channel (level * scale - mean) / std, with levels 0 to 255. The layout is the model's, so a recipe says nothing of it.
 */
export interface Recipe {
  readonly name: string;
  /** One sentence for help texts: what it does, and whose it is. */
  readonly description: string;
  /** [height, width], for models that leave their input size open. */
  readonly input?: readonly [height: number, width: number];
  readonly steps: readonly Step[];
  /** Grey is ITU-R 601 luma, rounded as Pillow's mode L, taken before any step. */
  readonly channels: 'RGB' | 'BGR' | 'grey';
  readonly scale: number;
  /** One number for all channels, or one each, in the order of `channels`. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}
