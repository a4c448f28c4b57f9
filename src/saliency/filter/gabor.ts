/** Gabor filters: waves under a Gaussian, which answer to edges and bars of one direction. */

export interface Gabor {
  /** Half the side of the square kernel, less the middle. */
  readonly radius: number;
  /** Of the wave, in pixels. */
  readonly period: number;
  /** Standard deviation across the stripes. */
  readonly across: number;
  /** Standard deviation along the stripes. */
  readonly along: number;
}

/** Directions of the wave in degrees, x to the right and y down. */
export const directions = [0, 45, 90, 135] as const;

/** Both phases of a Gabor filter as (2 radius + 1)^2 kernels: less their mean, with unit L2 norm. The odd one has mean 0 by itself. */
export function gaborPair({ radius, period, across, along }: Gabor, degrees: number): { even: Float64Array; odd: Float64Array } {
  const side = 2 * radius + 1;
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const sample = (wave: (angle: number) => number) =>
    standardised(
      Float64Array.from({ length: side * side }, (_, i) => {
        const x = (i % side) - radius;
        const y = Math.floor(i / side) - radius;
        const u = x * cos + y * sin;
        const v = y * cos - x * sin;
        return Math.exp(-(u * u) / (2 * across * across) - (v * v) / (2 * along * along)) * wave((2 * Math.PI * u) / period);
      }),
    );
  return { even: sample(Math.cos), odd: sample(Math.sin) };
}

function standardised(kernel: Float64Array): Float64Array {
  const mean = kernel.reduce((sum, value) => sum + value, 0) / kernel.length;
  const norm = Math.sqrt(kernel.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  return kernel.map((value) => (value - mean) / norm);
}
