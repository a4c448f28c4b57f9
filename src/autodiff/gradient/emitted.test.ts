import { expect, it } from 'vitest';
import { backwardOf, graphOf } from '../../../test/finite-differences.js';
import { Builder, constantValue } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { printNode } from '../../onnx/print.js';
import { floats } from '../../onnx/tensor.js';
import { elementCount } from '../../tensor/tensor.js';

type Build = (b: Builder, x: Value, weight: (...shape: number[]) => Value) => Value;

/** What is emitted behind a small graph, one node a line; the forms that notes/emission-speed.md measured. */
function emitted(build: Build, shape: readonly number[]): string[] {
  const b = new Builder(17);
  const x = b.input('x', 'float32', shape);
  const weight = (...dims: number[]) => constantValue(b.freshName('w'), floats(new Array(elementCount(dims)).fill(1), dims));
  const scene = { b, inputs: [x], outputs: [build(b, x, weight)] };
  const forward = new Set(graphOf(scene, scene.outputs).nodes);
  const backward = backwardOf(scene, [x]);
  const nodes = graphOf(
    backward,
    backward.outputs.map(({ producer }) => producer!.inputs[0]!),
  ).nodes;
  return nodes
    .filter((node) => !forward.has(node))
    .map((node) => printNode(node).replace(/ ; .*/, '').replaceAll('sightline/', '').replaceAll('.out', ''));
}

it.each<[title: string, shape: number[], build: Build, lines: string[]]>([
  [
    'convolution of stride 1, and Relu',
    [1, 3, 8, 8],
    (b, x, w) => b.relu(b.op('Conv', [x, w(4, 3, 3, 3)], { pads: [1, 1, 1, 1] })),
    [
      '%Greater = Greater(%Relu, const)',
      '%Cast = Cast(%Greater) {to: 1}',
      '%Mul = Mul(%dy0, %Cast)',
      '%Transpose = Transpose(w) {perm: [1,0,2,3]}',
      '%Slice = Slice(%Transpose, [-1,-1], [-9007199254740991,-9007199254740991], [2,3], [-1,-1])',
      '%Conv_1 = Conv(%Mul, %Slice) {kernel_shape: [3,3], dilations: [1,1], group: 1, pads: [1,1,1,1], strides: [1,1]}',
    ],
  ],
  [
    'strided convolution',
    [1, 3, 8, 8],
    (b, x, w) => b.op('Conv', [x, w(4, 3, 3, 3)], { pads: [1, 1, 1, 1], strides: [2, 2] }),
    [
      '%ConvTranspose = ConvTranspose(%dy0, w) {kernel_shape: [3,3], dilations: [1,1], group: 1, strides: [2,2], pads: [1,1,0,0], output_padding: [0,0]}',
    ],
  ],
  [
    'depthwise convolution',
    [1, 4, 8, 8],
    (b, x, w) => b.op('Conv', [x, w(4, 1, 3, 3)], { pads: [1, 1, 1, 1], group: 4 }),
    [
      '%Slice = Slice(w, [-1,-1], [-9007199254740991,-9007199254740991], [2,3], [-1,-1])',
      '%Conv_1 = Conv(%dy0, %Slice) {kernel_shape: [3,3], dilations: [1,1], group: 4, pads: [1,1,1,1], strides: [1,1]}',
    ],
  ],
  [
    'pointwise convolution',
    [1, 4, 8, 8],
    (b, x, w) => b.op('Conv', [x, w(6, 4, 1, 1)]),
    [
      '%Transpose = Transpose(w) {perm: [1,0,2,3]}',
      '%Conv_1 = Conv(%dy0, %Transpose) {kernel_shape: [1,1], dilations: [1,1], group: 1, pads: [0,0,0,0], strides: [1,1]}',
    ],
  ],
  [
    'batch normalisation',
    [1, 3, 8, 8],
    (b, x, w) => b.op('BatchNormalization', [x, w(3), w(3), w(3), w(3)]),
    [
      '%Add = Add(w_3, const)',
      '%Sqrt = Sqrt(%Add)',
      '%Div = Div(w, %Sqrt)',
      '%Reshape = Reshape(%Div, [-1,1,1])',
      '%Mul = Mul(%dy0, %Reshape)',
    ],
  ],
  [
    'dense layer',
    [1, 3],
    (b, x, w) => b.op('Gemm', [x, w(4, 3), w(4)], { transB: 1 }),
    ['%Gemm_1 = Gemm(%dy0, w) {transA: 0, transB: 0, alpha: 1}'],
  ],
  [
    'relu6',
    [1, 3],
    (b, x) => b.op('Clip', [x, b.scalar(0), b.scalar(6)]),
    [
      '%Greater = Greater(%Clip, const)',
      '%Less = Less(%Clip, const_1)',
      '%And = And(%Greater, %Less)',
      '%Cast = Cast(%And) {to: 1}',
      '%Mul = Mul(%dy0, %Cast)',
    ],
  ],
  [
    'swish',
    [1, 3],
    (b, x) => b.mul(x, b.sigmoid(x)),
    [
      '%Mul_1 = Mul(%dy0, %Sigmoid)',
      '%Mul_2 = Mul(%dy0, %x)',
      '%Sub = Sub(const, %Sigmoid)',
      '%Mul_3 = Mul(%Sigmoid, %Sub)',
      '%Mul_4 = Mul(%Mul_2, %Mul_3)',
      '%Add = Add(%Mul_1, %Mul_4)',
    ],
  ],
  [
    'leaky relu',
    [1, 3],
    (b, x) => b.op('LeakyRelu', [x]),
    [
      '%Greater = Greater(%LeakyRelu, const)',
      '%Cast = Cast(%Greater) {to: 1}',
      '%Mul = Mul(%Cast, const_1)',
      '%Add = Add(%Mul, const_2)',
      '%Mul_1 = Mul(%dy0, %Add)',
    ],
  ],
  [
    'softmax',
    [1, 3],
    (b, x) => b.op('Softmax', [x]),
    [
      '%Mul = Mul(%Softmax, %dy0)',
      '%ReduceSum = ReduceSum(%Mul, [-1]) {keepdims: 1}',
      '%Mul_1 = Mul(%Softmax, %ReduceSum)',
      '%Sub = Sub(%Mul, %Mul_1)',
    ],
  ],
  [
    'layer normalisation',
    [1, 5, 3],
    (b, x, w) => b.node('LayerNormalization', [x, w(3), w(3)]).output(),
    [
      '%Sub = Sub(%x, %LayerNormalization.1)',
      '%Mul = Mul(%Sub, %LayerNormalization.2)',
      '%Mul_1 = Mul(%dy0, w)',
      '%ReduceMean = ReduceMean(%Mul_1) {axes: [2], keepdims: 1}',
      '%Sub_1 = Sub(%Mul_1, %ReduceMean)',
      '%Mul_2 = Mul(%Mul_1, %Mul)',
      '%ReduceMean_1 = ReduceMean(%Mul_2) {axes: [2], keepdims: 1}',
      '%Mul_3 = Mul(%Mul, %ReduceMean_1)',
      '%Sub_2 = Sub(%Sub_1, %Mul_3)',
      '%Mul_4 = Mul(%LayerNormalization.2, %Sub_2)',
    ],
  ],
  [
    'max pool',
    [1, 3, 8, 8],
    (b, x) => b.op('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
    [
      '%Reshape = Reshape(%MaxPool.1, [-1])',
      '%Reshape_1 = Reshape(%dy0, [-1])',
      '%Expand = Expand(const_2, [192])',
      '%ScatterElements = ScatterElements(%Expand, %Reshape, %Reshape_1) {axis: 0, reduction: add}',
      '%Reshape_2 = Reshape(%ScatterElements, [1,3,8,8])',
    ],
  ],
  [
    'average pool',
    [1, 3, 8, 8],
    (b, x) => b.op('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] }),
    [
      '%Div = Div(%dy0, const)',
      '%Expand = Expand(const_1, [3,1,2,2])',
      '%ConvTranspose = ConvTranspose(%Div, %Expand) {kernel_shape: [2,2], dilations: [1,1], group: 3, strides: [2,2], pads: [0,0,0,0], output_padding: [0,0]}',
    ],
  ],
  [
    'mean over space',
    [1, 3, 8, 8],
    (b, x) => b.op('GlobalAveragePool', [x]),
    ['%Div = Div(%dy0, const)', '%Expand = Expand(%Div, [1,3,8,8])'],
  ],
  [
    'repetition',
    [1, 3, 8, 8],
    (b, x) => b.op('Resize', [x, undefined, b.constant(floats([1, 1, 2, 2]))]),
    ['%AveragePool = AveragePool(%dy0) {kernel_shape: [2,2], strides: [2,2]}', '%Mul = Mul(%AveragePool, const_1)'],
  ],
  ['first token', [1, 5, 3], (b, x) => b.gather(x, b.ints([0]), 1), ['%Pad = Pad(%dy0, [0,0,0,0,4,0], const_2)']],
  ['sum of branches', [1, 3], (b, x) => b.add(b.exp(x), x), ['%Mul = Mul(%dy0, %Exp)', '%Add_1 = Add(%dy0, %Mul)']],
])('%s', (_, shape, build, lines) => {
  expect(emitted(build, shape)).toEqual(lines);
});
