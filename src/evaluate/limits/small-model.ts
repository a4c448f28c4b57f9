/** Models of a few nodes, whose truth is known because it is written down. */
import { explain } from '../../explain/explain.js';
import type { Model } from '../../explain/explanation.js';
import { Builder } from '../../onnx/builder.js';
import { Graph, type Value } from '../../onnx/graph.js';
import { floats } from '../../onnx/tensor.js';
import type { GivenOptions } from '../../options.js';
import type { Runtime } from '../../runtime/runtime.js';

const OPSET = 17;

/** A model of an image [N, 1, height, width] with one score. */
export function smallModel(
  runtime: Runtime,
  [height, width]: readonly [number, number],
  build: (b: Builder, flat: Value) => Value,
): Model {
  const b = new Builder(OPSET);
  const x = b.input('image', 'float32', ['N', 1, height, width]);
  const score = build(b, b.op('Flatten', [x], { axis: 1 }));
  const details = { opset: OPSET, domains: {}, metadata: {}, producer: 'sightline', functions: [] };
  return { graph: new Graph({ name: 'small', inputs: [x], outputs: [b.named('score', score)], details }), runtime };
}

/** A fully connected layer with one output: sum(weights * x) + bias. */
export function linearUnit(b: Builder, x: Value, weights: ArrayLike<number>, bias: number): Value {
  return b.op('Gemm', [x, b.constant(floats(weights, [weights.length, 1])), b.constant(floats([bias]))]);
}

/** The attribution of each pixel of one image. */
export async function attributionOf(
  model: Model,
  method: string,
  pixels: ArrayLike<number>,
  [height, width]: readonly [number, number],
  options: GivenOptions = {},
): Promise<number[]> {
  const image = { shape: [1, 1, height, width], data: Float32Array.from(pixels) };
  const { attribution } = await explain(model, method, image, { targets: [0], options });
  return [...attribution.data];
}
