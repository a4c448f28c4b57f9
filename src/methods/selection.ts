/** Masks that pick one of several, made in the graph from its index. */
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { ints } from '../onnx/tensor.js';

/** 1 at each row's index, else 0: [N, count] from int64 [N]. */
export function oneHot(b: Builder, index: Value, count: number): Value {
  const all = b.constant(
    ints(
      Array.from({ length: count }, (_, i) => i),
      [1, count],
    ),
  );
  return b.cast(b.equal(b.unsqueeze(index, [1]), all), 'float32');
}
