/** Small networks with known weights, made in memory, and the engine that runs them. */
import { explain } from '../src/explain/explain.js';
import { Builder } from '../src/onnx/builder.js';
import { Graph, type Value } from '../src/onnx/graph.js';
import { floats } from '../src/onnx/tensor.js';
import { nodeRuntime } from '../src/runtime/node/index.js';
import type { FloatArray } from '../src/tensor/tensor.js';

export const runtime = nodeRuntime({ threads: 1 });

export interface Net {
  readonly b: Builder;
  readonly x: Value;
  readonly weight: (values: readonly number[], shape: readonly number[]) => Value;
}

/** A network over one input "x". */
export function network(shape: readonly (number | string)[], build: (net: Net) => Value): Graph {
  const b = new Builder(17);
  const x = b.input('x', 'float32', shape);
  const y = b.named('logits', build({ b, x, weight: (values, dims) => b.constant(floats(values, dims), b.freshName('w')) }));
  return new Graph({
    name: 'net',
    inputs: [x],
    outputs: [y],
    details: { opset: 17, domains: {}, metadata: {}, producer: '', functions: [] },
  });
}

export const array = (values: readonly number[], shape: readonly number[]): FloatArray => ({
  shape,
  data: Float32Array.from(values),
});

/** Explains a network in memory. */
export async function explained(graph: Graph, method: Parameters<typeof explain>[1], input: FloatArray, options = {}) {
  return explain({ graph, runtime: await runtime }, method, input, options);
}

export const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

/** Captum's ConvNet_One_Conv: conv 1 -> 2 of ones, ReLU, linear 8 -> 4, ReLU. */
export const oneConv = network(['N', 1, 4, 4], ({ b, x, weight }) => {
  const conv = b.op(
    'Conv',
    [x, weight(new Array(18).fill(1), [2, 1, 3, 3]), weight([-50, -75], [2])],
    {},
    { outputs: ['conv1'] },
  );
  const relu = b.op('Relu', [conv], {}, { outputs: ['relu1'] });
  const row = [1, 1, 1, 1, 1, -1, -1, -1];
  const fc = weight([...row, ...row, ...row, ...row], [4, 8]);
  return b.relu(b.op('Gemm', [b.op('Flatten', [relu], { axis: 1 }), fc, weight([0, 0, 0, 0], [4])], { transB: 1 }));
});
export const sixteen = array(
  Array.from({ length: 16 }, (_, i) => i),
  [1, 1, 4, 4],
);

/** The composite golden net of the research notes: conv, ReLU, max pool, two linear layers. */
export const goldenNetOf = (batch: number | string) =>
  network([batch, 1, 4, 4], ({ b, x, weight }) => {
    const kernels = [1, 0, -1, 2, 1, -2, 1, 0, -1, -1, -1, 0, 0, 2, 0, 0, 1, -1];
    const conv = b.op('Conv', [x, weight(kernels, [2, 1, 3, 3]), weight([0.5, -0.5], [2])], { pads: [1, 1, 1, 1] });
    const pool = b.op('MaxPool', [b.relu(conv)], { kernel_shape: [2, 2], strides: [2, 2] });
    const first = weight([1, -1, 2, 0, 1, 1, -1, 0.5, -1, 2, 0, 1, -0.5, 1, 1, 1, 0.5, 0.5, -1, 1, 2, -1, 0, 1], [3, 8]);
    const hidden = b.op('Gemm', [b.op('Flatten', [pool], { axis: 1 }), first, weight([0.25, -1, 0.5], [3])], { transB: 1 });
    return b.op('Gemm', [b.relu(hidden), weight([1, -1, 2, -1, 1, 0.5], [2, 3]), weight([0.1, -0.2], [2])], { transB: 1 });
  });
export const goldenNet = goldenNetOf('N');
export const goldenInput = array([1, -1, 2, 0, 0.5, 1, -2, 1, 2, 0, 1, -1, -1, 1, 0.5, 2], [1, 1, 4, 4]);
