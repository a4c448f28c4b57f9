/** Blurred images as a substrate: what is left of an image when its detail is gone. */
import { type Pixels, pixelCount } from './pixels.js';

/** RISE's kernel, one dimension: a unit pulse in 11 pixels through SciPy's `gaussian_filter(sigma 5)`, whose reflecting border makes it nearly flat. */
const RISE_RADIUS = 5;
const RISE_SIGMA = 5;

/** The blur of RISE's insertion: 11x11 pixels, zeros beyond the border, so that edges of the image go to the mean colour. */
export function riseBlur(image: Pixels): Pixels {
  return separable(image, riseProfile(), 'zero');
}

/** A Gaussian blur, the border repeated. @param sigma in pixels */
export function gaussianBlur(image: Pixels, sigma: number): Pixels {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return separable(
    image,
    weights.map((weight) => weight / total),
    'repeat',
  );
}

function riseProfile(): Float64Array {
  const size = 2 * RISE_RADIUS + 1;
  const reach = Math.floor(4 * RISE_SIGMA + 0.5);
  const profile = new Float64Array(size);
  let total = 0;
  for (let k = -reach; k <= reach; k++) {
    const weight = Math.exp(-(k * k) / (2 * RISE_SIGMA ** 2));
    total += weight;
    // Where the pulse's weight lands after reflection (d c b a | a b c d | d c b a) at the borders of the 11 pixels.
    const at = (((RISE_RADIUS + k) % (2 * size)) + 2 * size) % (2 * size);
    profile[at < size ? at : 2 * size - 1 - at]! += weight;
  }
  return profile.map((weight) => weight / total);
}

function separable(image: Pixels, weights: Float64Array, border: 'zero' | 'repeat'): Pixels {
  const { channels, width, height } = image;
  const size = pixelCount(image);
  const radius = (weights.length - 1) / 2;
  const data = image.data.slice();
  const wide = new Float64Array(size);
  const at = (i: number, count: number) =>
    i >= 0 && i < count ? i : border === 'repeat' ? Math.max(0, Math.min(count - 1, i)) : -1;
  for (let c = 0; c < channels; c++) {
    const start = c * size;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let k = -radius; k <= radius; k++) {
          const from = at(x + k, width);
          if (from >= 0) sum += weights[k + radius]! * image.data[start + y * width + from]!;
        }
        wide[y * width + x] = sum;
      }
    }
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum = 0;
        for (let k = -radius; k <= radius; k++) {
          const from = at(y + k, height);
          if (from >= 0) sum += weights[k + radius]! * wide[from * width + x]!;
        }
        data[start + y * width + x] = sum;
      }
    }
  }
  return { ...image, data };
}
