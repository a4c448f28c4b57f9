/** Images in a graph at another size. */
import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import type { Attributes, Value } from '../onnx/graph.js';

/** How places of the new grid lie on the old one. */
export type Sampling = 'bilinear' | 'bilinear-corners' | 'nearest';

/** The known sizes of a value's spatial axes. */
export function gridOf(image: Value): number[] {
  return (image.shape ?? fail(`the rank of "${image.name}" is unknown`))
    .slice(2)
    .map((size) =>
      typeof size === 'number' ? size : fail(`the size of "${image.name}" is not known; give the sizes of the input`),
    );
}

/**
 * [N, C, h, w] at another grid: bilinear with half-pixel centres (OpenCV, and PyTorch by default) or with the corners aligned; or
 * nearest, as PyTorch's interpolate.
 */
export function resized(b: Builder, image: Value, grid: readonly number[], sampling: Sampling = 'bilinear'): Value {
  const from = gridOf(image);
  if (from.every((size, i) => size === grid[i])) return image;
  // Sizes, not scales: 13 times the float nearest to 224 / 13 is less than 224.
  const { shape } = image;
  const sizes = shape!.every((size) => typeof size === 'number')
    ? b.ints([...(shape!.slice(0, 2) as number[]), ...grid])
    : b.concat([b.slice(b.op('Shape', [image]), { starts: [0], ends: [2], axes: [0] }), b.ints(grid)], 0);
  const coordinates = { bilinear: 'half_pixel', 'bilinear-corners': 'align_corners', nearest: 'asymmetric' }[sampling];
  const mode: Attributes = sampling === 'nearest' ? { mode: 'nearest', nearest_mode: 'floor' } : { mode: 'linear' };
  return b.op('Resize', [image, undefined, undefined, sizes], { ...mode, coordinate_transformation_mode: coordinates });
}
