/** Maps that explain nothing, which an explanation has to beat: noise, edges, and the middle of the picture. */
import { random } from '../tensor/random.js';
import { type Pixels, pixelCount } from './faithfulness/pixels.js';
import type { HeatMap } from './map/heat-map.js';

/** Uniform noise: knows neither image nor model. */
export function randomMap({ width, height }: HeatMap | Pixels, seed: number): HeatMap {
  const { uniform } = random(seed);
  return { width, height, data: Float32Array.from({ length: width * height }, uniform) };
}

/**
 * Magnitude of Sobel's derivatives, summed over channels, the border repeated: knows the image and not the model. Edge maps look like explanations, since
 * objects have edges (Adebayo et al. 2018).
 */
export function sobelMap(image: Pixels): HeatMap {
  const { channels, width, height, data } = image;
  const size = pixelCount(image);
  const edges = new Float32Array(size);
  for (let c = 0; c < channels; c++) {
    const at = (x: number, y: number) =>
      data[c * size + Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))]!;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const column = (k: number) => at(x + k, y - 1) + 2 * at(x + k, y) + at(x + k, y + 1);
        const row = (k: number) => at(x - 1, y + k) + 2 * at(x, y + k) + at(x + 1, y + k);
        edges[y * width + x]! += Math.hypot(column(1) - column(-1), row(1) - row(-1));
      }
    }
  }
  return { width, height, data: edges };
}

/** A Gaussian at the centre, a quarter of each side wide: knows only that photographers centre what they show. */
export function gaussianCentre({ width, height }: HeatMap | Pixels): HeatMap {
  const fall = (i: number, count: number) => Math.exp(-(((i - (count - 1) / 2) / (count / 4)) ** 2) / 2);
  return {
    width,
    height,
    data: Float32Array.from({ length: width * height }, (_, i) => fall(i % width, width) * fall(Math.floor(i / width), height)),
  };
}
