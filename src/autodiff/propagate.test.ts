import { describe, expect, it } from 'vitest';
import { backwardOf, graphOf } from '../../test/finite-differences.js';
import { netCases } from '../../test/gradient-cases.js';
import { constant, distinct, floatList, ints, positive } from '../../test/samples.js';
import { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { gradient } from './gradient/index.js';
import { propagate } from './propagate.js';

netCases('graphs', [
  ['a value used by several nodes', { x: [2, 3] }, (b, { x }) => b.add(b.mul(b.exp(x!), x!), b.sub(b.tanh(x!), x!))],
  ['a value used twice by one node', { x: [2, 3] }, (b, { x }) => b.mul(b.sigmoid(x!), b.sigmoid(x!))],
  [
    'several sources, one behind the other',
    { x: [2, 3], y: [3], z: [2, 1] },
    (b, { x, y, z }) => b.mul(b.add(b.mul(x!, y!), z!), y!),
  ],
  ['seeds on several outputs', { x: [2, 3] }, (b, { x }) => [b.exp(x!), b.tanh(b.exp(x!)), b.square(x!)]],
  ['a seed that is a source', { x: [2, 3] }, (b, { x }) => [x!, b.exp(x!)]],
  [
    'parts of a split that nothing uses',
    { x: [2, 6], s: ints([1, 2, 3]) },
    (b, { x, s }) => b.exp(b.node('Split', [x, s], { axis: 1 }).output(1)),
  ],
  [
    'parts of a split that are used twice',
    { x: [2, 6], s: ints([2, 2, 2]) },
    (b, { x, s }) => {
      const parts = b.node('Split', [x, s], { axis: 1 }).outputs;
      return b.add(b.mul(parts[0]!, parts[2]!), b.exp(parts[2]!));
    },
  ],
  [
    'the residual block of a network',
    { x: distinct([2, 4, 6, 6]), w1: constant([4, 4, 3, 3]), w2: constant([4, 4, 3, 3]) },
    (b, { x, w1, w2 }) => {
      const conv = (value: Value, w: Value) => b.op('Conv', [value, w], { pads: [1, 1, 1, 1] });
      return b.sigmoid(b.add(conv(b.sigmoid(conv(x!, w1!)), w2!), x!));
    },
  ],
  [
    'attention',
    { x: [2, 5, 6], wq: constant([6, 6]), wk: constant([6, 6]), wv: constant([6, 6]) },
    (b, { x, wq, wk, wv }) => {
      const [q, k, v] = [wq!, wk!, wv!].map((w) =>
        b.transpose(b.op('Reshape', [b.matMul(x!, w), b.ints([0, 0, 2, 3])]), [0, 2, 1, 3]),
      );
      const weights = b.op('Softmax', [b.div(b.matMul(q!, b.transpose(k!, [0, 1, 3, 2])), Math.sqrt(3))], { axis: -1 });
      return b.op('Reshape', [b.transpose(b.matMul(weights, v!), [0, 2, 1, 3]), b.ints([0, 0, 6])]);
    },
  ],
  [
    'a squeeze and excitation gate',
    { x: [2, 4, 5, 3], w: constant([4, 4, 1, 1]) },
    (b, { x, w }) => b.mul(x!, b.sigmoid(b.op('Conv', [b.op('GlobalAveragePool', [x]), w]))),
  ],
  [
    'layer normalisation written out',
    { x: [2, 3, 5] },
    (b, { x }) => {
      const centred = b.sub(x!, b.reduceMean(x!, [-1]));
      return b.div(centred, b.sqrt(b.add(b.reduceMean(b.pow(centred, 2), [-1]), 1e-5)));
    },
  ],
  [
    'a mean that a node also yields',
    { x: [2, 3, 5], s: constant([5]) },
    (b, { x, s }) => {
      const { outputs } = b.node('LayerNormalization', [x, s]);
      return [outputs[0]!, b.exp(outputs[1]!), b.log(outputs[2]!)];
    },
  ],
]);

/** Fully convolutional networks take images of any size: what has stride 1, and what looks at whole planes, needs to know none. */
netCases(
  'networks for images of any size',
  [
    [
      'convolution',
      { x: [2, 3, 6, 5], w: constant([4, 3, 3, 3]) },
      (b, { x, w }) => b.op('Conv', [x, w], { pads: [1, 1, 1, 1] }),
    ],
    [
      'wide padding',
      { x: [2, 3, 6, 5], w: constant([4, 3, 2, 1]) },
      (b, { x, w }) => b.op('Conv', [x, w], { pads: [2, 0, 3, 1] }),
    ],
    ['depthwise', { x: [2, 4, 6, 5], w: constant([4, 1, 3, 3]) }, (b, { x, w }) => b.op('Conv', [x, w], { group: 4 })],
    [
      'strided convolution',
      { x: [2, 3, 7, 6], w: constant([4, 3, 3, 3]) },
      (b, { x, w }) => b.op('Conv', [x, w], { strides: [2, 3], pads: [1, 0, 1, 2] }),
    ],
    [
      'wide stride',
      { x: [2, 3, 8, 6], w: constant([4, 3, 2, 1]) },
      (b, { x, w }) => b.op('Conv', [x, w], { strides: [3, 4], pads: [0, 0, 1, 0] }),
    ],
    [
      'stride along one axis',
      { x: [2, 3, 8, 6], w: constant([4, 3, 3, 3]) },
      (b, { x, w }) => b.op('Conv', [x, w], { strides: [2, 1], pads: [0, 3, 1, 1] }),
    ],
    [
      'transposed convolution',
      { x: [2, 3, 4, 5], w: constant([3, 2, 3, 3]) },
      (b, { x, w }) => b.op('ConvTranspose', [x, w], { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }),
    ],
    [
      'encoder and decoder',
      { x: [2, 3, 8, 6], w: constant([4, 3, 3, 3]), v: constant([4, 3, 2, 2]) },
      (b, { x, w, v }) => {
        const code = b.sigmoid(b.op('Conv', [x, w], { strides: [2, 2], pads: [1, 1, 1, 1] }));
        return b.mul(b.sigmoid(b.op('ConvTranspose', [code, v], { strides: [2, 2] })), x!);
      },
    ],
    ['max pool', { x: distinct([2, 3, 7, 6]) }, (b, { x }) => b.op('MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2] })],
    [
      'average pool',
      { x: [2, 3, 7, 6] },
      (b, { x }) => b.op('AveragePool', [x], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
    ],
    [
      'repetition',
      { x: [2, 3, 4, 5], s: floatList(1, 1, 2, 3) },
      (b, { x, s }) =>
        b.op('Resize', [x, undefined, s], {
          mode: 'nearest',
          coordinate_transformation_mode: 'asymmetric',
          nearest_mode: 'floor',
        }),
    ],
    ['mean over space', { x: [2, 3, 6, 5] }, (b, { x }) => b.op('GlobalAveragePool', [x])],
    ['mean of reduction', { x: [2, 3, 6, 5] }, (b, { x }) => b.reduceMean(x!, [2, 3], false)],
    ['largest in space', { x: distinct([2, 3, 6, 5]) }, (b, { x }) => b.op('GlobalMaxPool', [x])],
    ['norm over space', { x: positive([2, 3, 6, 5]) }, (b, { x }) => b.op('GlobalLpPool', [x])],
    ['instance normalisation', { x: [2, 3, 6, 5], s: [3], o: [3] }, (b, { x, s, o }) => b.op('InstanceNormalization', [x, s, o])],
    ['flattening', { x: [2, 3, 6, 5] }, (b, { x }) => b.exp(b.op('Flatten', [x]))],
    ['softmax over channels', { x: [2, 3, 6, 5] }, (b, { x }) => b.op('Softmax', [x], { axis: 1 })],
    [
      'transpose and product',
      { x: [2, 3, 6, 5], w: constant([3, 4]) },
      (b, { x, w }) => b.matMul(b.transpose(x!, [0, 2, 3, 1]), w!),
    ],
    [
      'channels cut and joined',
      { x: [2, 3, 6, 5] },
      (b, { x }) => b.concat([b.exp(b.slice(x!, { starts: [1], ends: [3], axes: [1] })), x!], 1),
    ],
    ['channels picked', { x: [2, 3, 6, 5], i: ints([2, 0, 2]) }, (b, { x, i }) => b.gather(x!, i!, 1)],
  ],
  { symbolic: [2, 3] },
);

describe('the walk', () => {
  const b = new Builder(17);
  const x = b.input('x', 'float32', [2, 3]);
  const other = b.input('other', 'float32', [2, 3]);
  const walk =
    (end: Value, ...sources: Value[]) =>
    () =>
      propagate(b, { seeds: new Map([[end, b.input('dy', 'float32', end.shape!)]]), sources, table: gradient });

  it('stops at a source inside the graph', () => {
    const inner = b.exp(x);
    const backward = backwardOf({ b, inputs: [x], outputs: [b.tanh(inner)] }, [inner]);
    expect(graphOf(backward, backward.outputs).nodes.map(({ op }) => op)).toEqual([
      'Exp',
      'Tanh',
      'Mul',
      'Sub',
      'Mul',
      'Identity',
    ]);
  });

  it('emits nothing for inputs that no source reaches', () => {
    const backward = backwardOf({ b, inputs: [x, other], outputs: [b.mul(x, b.exp(other))] }, [x]);
    expect(graphOf(backward, backward.outputs).nodes.map(({ op }) => op)).toEqual(['Exp', 'Mul', 'Identity']);
  });

  it('says where each node comes from', () => {
    const y = b.op('Softplus', [x], {}, { name: 'head/softplus' });
    const [dx] = walk(b.add(y, x), x)();
    expect(dx!.producer!.metadata).toEqual({ 'sightline.rule': 'gradient of Softplus', 'sightline.source': 'head/softplus' });
  });

  it.each([
    [
      'an operator without a rule',
      () => walk(b.op('Inverse', [b.exp(x)], {}, { domain: 'com.microsoft', name: 'm' }), x),
      /Inverse at "m" has no gradient rule.*between "x" and/,
    ],
    ['a source that leads nowhere', () => walk(b.exp(x), other), /^"other" does not lead to/],
    ['a source that leads nowhere, beside one that does', () => walk(b.exp(x), x, other), /^"other" does not lead to/],
    [
      'a derivative that is zero everywhere',
      () => walk(b.exp(b.op('Floor', [x], {}, { name: 'f' })), x),
      /no gradient reaches "x".*Floor at "f" is zero/,
    ],
    [
      'a derivative that is zero further on',
      () => walk(b.exp(b.op('Ceil', [b.tanh(x)], {}, { name: 'c' })), x),
      /no gradient reaches "x".*Ceil at "c" is zero/,
    ],
    [
      'an operator called like a property of every object',
      () => walk(b.op('constructor', [x]), x),
      /constructor at .* has no gradient rule/,
    ],
  ])('refuses %s', (_, make, message) => {
    expect(make()).toThrow(message);
  });
});
