/** Attributions made comparable: one value a pixel, outliers cut, scaled, as the sanity checks' authors do. */
import type { FloatArray } from '../../tensor/tensor.js';
import type { HeatMap } from '../map/heat-map.js';

/** The two forms of one attribution. */
export interface PreparedMaps {
  /** Sum over channels, over the 99th percentile of its magnitudes, cut to -1 to 1. */
  readonly signed: HeatMap;
  /** Sum of magnitudes over channels, min-max up to its 99th percentile, 0 to 1. */
  readonly magnitude: HeatMap;
}

/**
 * An attribution [C, H, W] or [h, w] in both forms (PAIR saliency's `VisualizeImageDiverging` and `VisualizeImageGrayscale`).
 * @param layout where the channels are, of three axes
 */
export function preparedMaps({ shape, data }: FloatArray, layout: 'NCHW' | 'NHWC' = 'NCHW'): PreparedMaps {
  const [channels, height, width] =
    shape.length === 2
      ? [1, ...(shape as [number, number])]
      : layout === 'NCHW'
        ? (shape as [number, number, number])
        : [shape[2]!, shape[0]!, shape[1]!];
  const size = width * height;
  const [channelStep, pixelStep] = layout === 'NCHW' ? [size, 1] : [1, channels];
  const signed = new Float32Array(size);
  const magnitude = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < channels; c++) {
      const value = data[c * channelStep + i * pixelStep]!;
      signed[i]! += value;
      magnitude[i]! += Math.abs(value);
    }
  }
  const top = percentile(signed.map(Math.abs), 0.99) || 1;
  const [low, high] = [percentile(magnitude, 0), percentile(magnitude, 0.99)];
  const span = high - low || 1;
  return {
    signed: { width, height, data: signed.map((value) => Math.max(-1, Math.min(1, value / top))) },
    magnitude: { width, height, data: magnitude.map((value) => Math.min(1, (value - low) / span)) },
  };
}

/** The value that a share of all does not exceed, linear between neighbours, as `numpy.percentile`. */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}
