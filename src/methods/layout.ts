/** Pictures with their channels first or last. */
import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import type { Layout } from './method.js';

/** Height and width of a picture's shape. */
export function imageGrid(shape: readonly number[], layout: Layout): number[] {
  if (shape.length !== 4)
    fail(
      `the model's input has the shape [${shape.join(', ')}], which is no picture [N, C, H, W]; use a method such as gradient`,
    );
  return layout === 'NCHW' ? shape.slice(2) : shape.slice(1, -1);
}

/** [N, 1, H, W] so that it broadcasts over a picture's channels. */
export function overChannels(b: Builder, mask: Value, layout: Layout): Value {
  return layout === 'NCHW' ? mask : b.transpose(mask, [0, 2, 3, 1]);
}
