/** What counts as one architecture. */
import { expect, it } from 'vitest';
import { Builder } from '../../onnx/builder.js';
import { Graph } from '../../onnx/graph.js';
import { floats } from '../../onnx/tensor.js';
import { architectureDifference } from './same-architecture.js';

function network(ops: readonly string[], width: number, weight: number): Graph {
  const b = new Builder(17);
  const x = b.input('x', 'float32', ['N', 4]);
  const dense = b.op('MatMul', [x, b.constant(floats(new Array(4 * width).fill(weight), [4, width]))]);
  const output = b.named(
    'y',
    ops.reduce((value, op) => b.op(op, [value]), dense),
  );
  const details = { opset: 17, domains: {}, metadata: {}, producer: '', functions: [] };
  return new Graph({ name: 'network', inputs: [x], outputs: [output], details });
}

it.each<[Graph, string | undefined]>([
  [network(['Relu', 'Tanh'], 3, 9), undefined],
  [network(['Relu', 'Relu'], 3, 1), 'has Relu where this one has Tanh (node 2)'],
  [network(['Relu'], 3, 1), 'has Identity where this one has Tanh (node 2)'],
  [network(['Relu', 'Tanh'], 5, 1), 'has weights [4, 5] where this one has [4, 3]'],
])('a network with other weights is the same, another is not (%#)', (other, difference) => {
  expect(architectureDifference(network(['Relu', 'Tanh'], 3, 1), other)).toBe(difference);
});
