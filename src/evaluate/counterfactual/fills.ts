/** What takes the place of a removed region: each fill is another question, so effects are reported for every one. */
import { gaussianBlur } from '../faithfulness/blur.js';
import { channelMeans } from '../faithfulness/irof.js';
import { linearImputation } from '../faithfulness/linear-imputation.js';
import { constantPixels, type Pixels, pixelCount } from '../faithfulness/pixels.js';
import type { Region } from './regions.js';

/**
 * `zero`: 0 in normalised space, the mean colour of the training images. `channel-mean`: the image's own mean colour. `blur`: the image blurred by a tenth
 * of its side, which keeps colour and coarse shape. `imputation`: solved from the border inwards, see linear imputation.
 */
export type FillName = 'zero' | 'channel-mean' | 'blur' | 'imputation';

export const fillNames: readonly FillName[] = ['zero', 'channel-mean', 'blur', 'imputation'];

export interface FillOptions {
  /** Width in pixels of the soft edge: a hard edge is a feature itself. Default 2. */
  readonly feather?: number;
  readonly seed?: number;
}

/** Puts a fill in place of a region. */
export type Fill = (region: Region) => Pixels;

/** A fill for one image; what it needs of the whole image is computed once. */
export function fillOf(image: Pixels, name: FillName, { feather = 2, seed = 0 }: FillOptions = {}): Fill {
  // Where the region is nearly everything the solver needs many steps; its noise hides what a coarser tolerance leaves.
  if (name === 'imputation')
    return (region) => blended(image, linearImputation(image, region.data, { seed, tolerance: 1e-3 }), region, 0);
  const whole = {
    zero: () => constantPixels(image, 0),
    'channel-mean': () => channelMeans(image),
    blur: () => gaussianBlur(image, 0.1 * Math.max(image.width, image.height)),
  }[name]();
  return (region) => blended(image, whole, region, feather);
}

/** The other image inside the region, the image outside, and a mixture within a few pixels of the edge. */
export function blended(image: Pixels, other: Pixels, region: Region, feather: number): Pixels {
  const size = pixelCount(image);
  const weights = feather > 0 ? softened(region, feather) : region.data;
  const data = image.data.slice();
  for (let i = 0; i < data.length; i++) {
    const weight = weights[i % size]!;
    if (weight > 0) data[i] = image.data[i]! + weight * (other.data[i]! - image.data[i]!);
  }
  return { ...image, data };
}

function softened({ width, height, data }: Region, feather: number): ArrayLike<number> {
  return gaussianBlur({ channels: 1, width, height, data: Float32Array.from(data) }, feather / 2).data;
}
