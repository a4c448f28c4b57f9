/** Maps as they are drawn: without their negative part, from 0 to 1. */
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';

/** The positive part of each map [N, h, w], from 0 for its smallest value to 1 for its largest. */
export function rectifiedUnit(b: Builder, map: Value): Value {
  const positive = b.relu(map);
  const axes = map.shape!.map((_, axis) => axis).slice(1);
  const fromZero = b.sub(positive, b.reduce('ReduceMin', positive, axes));
  return b.div(fromZero, b.add(b.reduceMax(fromZero, axes), 1e-7));
}
