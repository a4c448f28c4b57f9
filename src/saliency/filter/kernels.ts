/** One-dimensional kernels: Gaussians as OpenCV and MATLAB make them. */

/** A kernel and the offset of its first tap from the pixel. */
export interface Kernel {
  readonly taps: Float64Array;
  readonly first: number;
}

/**
 * A Gaussian of `size` taps that add up to 1, as cv2.getGaussianKernel and MATLAB's fspecial. An even kernel is centred between two
 * taps; as in MATLAB's imfilter it reaches one pixel farther to the right.
 */
export function gaussianKernel(size: number, sigma: number): Kernel {
  const middle = (size - 1) / 2;
  const taps = Float64Array.from({ length: size }, (_, i) => Math.exp(-((i - middle) ** 2) / (2 * sigma * sigma)));
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return { taps: taps.map((tap) => tap / sum), first: -Math.floor(middle) };
}
