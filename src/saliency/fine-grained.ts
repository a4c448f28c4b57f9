/** Fine-grained saliency: centre-surround differences of six window sizes, as OpenCV computes them. */
import type { Plane } from '../image/image.js';
import { type BytePlane, byteGrey } from './colour/grey.js';
import { binomialBytes } from './filter/binomial-bytes.js';
import { byteIntegral } from './filter/integral.js';
import { defineSaliency } from './method.js';
import { emptyPlane } from './plane.js';

const reaches = [12, 24, 48, 28, 56, 112];

/**
 * Steps of 1/255, 0 to 1. Equal to cv2.saliency.StaticSaliencyFineGrained but for a pixel in a thousand that is one step away: OpenCV
 * rounds its integral image to single precision, here the sums are exact.
 */
export const fineGrained = defineSaliency({
  name: 'fine-grained',
  summary: 'centre-surround differences over six window sizes, brighter and darker parts added, 0 to 1',
  reference: "Montabone, Soto, Image and Vision Computing 2010; OpenCV's StaticSaliencyFineGrained",
  options: {},
  compute(picture, _options, show) {
    const grey = binomialBytes(binomialBytes(byteGrey(picture)));
    const { brighter, darker } = differences(grey);
    const on = toBytes(brighter);
    const off = toBytes(darker);
    show?.('brighter than surround', planeOf(on, picture));
    show?.('darker than surround', planeOf(off, picture));
    // A sum above 255 would wrap around in OpenCV; it is cut here. No photo has shown one.
    const map = emptyPlane(picture);
    for (let i = 0; i < map.data.length; i++) map.data[i] = Math.min(255, on[i]! + off[i]!) / 255;
    return map;
  },
});

/**
 * Sums over the six windows of how much each pixel is brighter, and how much it is darker, than the mean of the others in its window.
 * The window holds the columns x - n + 1 to x + n, the rows likewise, cut at the border.
 */
function differences(grey: BytePlane): { brighter: Uint16Array; darker: Uint16Array } {
  const { width, height, data } = grey;
  const { stride, sums } = byteIntegral(grey);
  const brighter = new Uint16Array(width * height);
  const darker = new Uint16Array(width * height);
  const columns = reaches.map((reach) => ({
    left: Int32Array.from({ length: width }, (_, x) => Math.max(0, x - reach + 1)),
    right: Int32Array.from({ length: width }, (_, x) => Math.min(width, x + reach + 1)),
  }));
  for (let y = 0; y < height; y++) {
    for (let scale = 0; scale < reaches.length; scale++) {
      const reach = reaches[scale]!;
      const { left, right } = columns[scale]!;
      const top = Math.max(0, y - reach + 1);
      const bottom = Math.min(height, y + reach + 1);
      const tall = bottom - top;
      const above = top * stride;
      const below = bottom * stride;
      for (let x = 0, at = y * width; x < width; x++, at++) {
        const l = left[x]!;
        const r = right[x]!;
        const value = data[at]!;
        const sum = (sums[below + r]! + sums[above + l]! - sums[below + l]! - sums[above + r]!) | 0;
        // One division, of whole numbers: (count g - sum) / (count - 1) is the pixel less the mean of the others.
        const count = tall * (r - l);
        if (count < 2) continue;
        const difference = ((count * value - sum) / (count - 1)) | 0;
        if (difference > 0) brighter[at]! += difference;
        else darker[at]! -= difference;
      }
    }
  }
  return { brighter, darker };
}

/** Scaled so that the largest is 255, cut to whole numbers. */
function toBytes(sums: Uint16Array): Uint8Array {
  let most = 0;
  for (let i = 0; i < sums.length; i++) if (sums[i]! > most) most = sums[i]!;
  const bytes = new Uint8Array(sums.length);
  if (most === 0) return bytes;
  const table = Uint8Array.from({ length: most + 1 }, (_, sum) => 255 * Math.fround(sum / most));
  for (let i = 0; i < sums.length; i++) bytes[i] = table[sums[i]!]!;
  return bytes;
}

function planeOf(bytes: Uint8Array, size: { readonly width: number; readonly height: number }): Plane {
  const plane = emptyPlane(size);
  for (let i = 0; i < bytes.length; i++) plane.data[i] = bytes[i]! / 255;
  return plane;
}
