import { gradientCases, netCases } from '../../../test/gradient-cases.js';
import { awayFrom, between, constant, float, positive } from '../../../test/samples.js';

const image = between(-2, 2, [2, 4, 3, 5]);
const half = { types: { float16: 1e-2 } };

gradientCases('normalisations', [
  [
    'BatchNormalization',
    { x: image, scale: constant([4]), bias: constant([4]), mean: constant([4]), var: constant(positive([4])) },
    {},
    half,
  ],
  [
    'BatchNormalization',
    { x: [2, 4], scale: constant([4]), bias: constant([4]), mean: constant([4]), var: constant(positive([4])) },
    { epsilon: float(0.1) },
  ],
  [
    'BatchNormalization',
    { x: [2, 4, 5], scale: constant([4]), bias: constant([4]), mean: constant([4]), var: constant(positive([4])) },
    { epsilon: float(0.1) },
  ],
  ['BatchNormalization', { x: image, scale: [4], bias: [4], mean: [4], var: positive([4]) }],
  ['InstanceNormalization', { x: image, scale: [4], bias: [4] }, {}, half],
  ['InstanceNormalization', { x: image, scale: constant([4]), bias: constant([4]) }, { epsilon: float(0.1) }],
  ['InstanceNormalization', { x: between(-2, 2, [2, 3, 7]), scale: [3], bias: [3] }],
  ['InstanceNormalization', { x: between(-2, 2, [2, 3, 2, 3, 2]), scale: [3], bias: [3] }],
  ['LayerNormalization', { x: between(-2, 2, [2, 3, 6]), scale: [6], bias: [6] }, {}, half],
  ['LayerNormalization', { x: between(-2, 2, [2, 3, 6]), scale: [6] }, { epsilon: float(0.1) }],
  ['LayerNormalization', { x: between(-2, 2, [2, 3, 6]), scale: [3, 6], bias: [3, 6] }, { axis: 1 }],
  ['LayerNormalization', { x: between(-2, 2, [2, 3, 6]), scale: [6], bias: [6] }, { axis: 1 }],
  ['LayerNormalization', { x: image, scale: constant([3, 5]), bias: constant([3, 5]) }, { axis: -2 }],
  ['LayerNormalization', { x: between(-2, 2, [2, 6]), scale: [2, 6] }, { axis: 0 }, { batch: false }],
  ['GroupNormalization', { x: image, scale: constant([2]), bias: constant([2]) }, { num_groups: 2 }, { opset: 18 }],
  ['GroupNormalization', { x: image, scale: constant([4]), bias: constant([4]) }, { num_groups: 2 }, { opset: 21 }],
  ['GroupNormalization', { x: image, scale: [4], bias: [4] }, { num_groups: 2 }, { opset: 21 }],
  ['GroupNormalization', { x: image, scale: [2], bias: [2] }, { num_groups: 2 }, { opset: 18 }],
  ['GroupNormalization', { x: image, scale: constant([4]), bias: constant([4]) }, { num_groups: 4 }, { opset: 21 }],
  [
    'GroupNormalization',
    { x: image, scale: constant([4]), bias: constant([4]) },
    { num_groups: 1, epsilon: float(0.1) },
    { opset: 21 },
  ],
  [
    'GroupNormalization',
    { x: between(-2, 2, [2, 6, 5]), scale: constant([6]), bias: constant([6]) },
    { num_groups: 3 },
    { opset: 21 },
  ],
  ['RMSNormalization', { x: between(-2, 2, [2, 3, 6]), scale: [6] }, {}, { opset: 23 }],
  ['RMSNormalization', { x: between(-2, 2, [2, 3, 6]), scale: [3, 6] }, { axis: 1, epsilon: float(0.1) }, { opset: 23 }],
  ['MeanVarianceNormalization', { x: image }],
  ['MeanVarianceNormalization', { x: image }, { axes: [2, 3] }],
  ['MeanVarianceNormalization', { x: between(-2, 2, [2, 5, 4]) }, { axes: [0, 1] }],
  ['LpNormalization', { x: awayFrom(0, [2, 3, 4]) }],
  ['LpNormalization', { x: awayFrom(0, [2, 3, 4]) }, { axis: 1 }],
  ['LpNormalization', { x: awayFrom(0, [2, 3, 4]) }, { axis: 1, p: 1 }],
  // ONNX Runtime has even sizes and other ranks not at all. Weighty: with the usual alpha the second term would be lost in the noise.
  ['LRN', { x: between(-2, 2, [2, 7, 2, 3]) }, { size: 3, alpha: float(0.9) }],
  ['LRN', { x: between(-2, 2, [2, 7, 2, 3]) }, { size: 5, alpha: float(2), beta: float(0.5), bias: float(2) }],
  ['LRN', { x: between(-2, 2, [2, 3, 4, 2]) }, { size: 9, alpha: float(1) }],
  ['LRN', { x: between(-2, 2, [2, 4, 5, 2]) }, { size: 1, alpha: float(1) }],
]);

gradientCases('softmax', [
  ...[0, 1, 2, -1, -2].flatMap((axis) =>
    ['Softmax', 'LogSoftmax'].map((op) => [op, { x: between(-2, 2, [2, 3, 4]) }, { axis }] as const),
  ),
  ['Softmax', { x: between(-2, 2, [2, 5]) }, {}, { types: { float16: 1e-2, float64: 1e-3 } }],
  ['LogSoftmax', { x: between(-2, 2, [2, 5]) }, {}, { types: { float16: 1e-2, float64: 1e-3 } }],
]);

netCases('normalisation by the statistics of the batch', [
  [
    'BatchNormalization in training mode',
    { x: image, scale: [4], bias: [4], mean: constant([4]), var: constant(positive([4])) },
    (b, { x, scale, bias, mean, var: variance }) =>
      b.op('BatchNormalization', [x, scale, bias, mean, variance], { training_mode: 1 }, { outputs: 3 }),
  ],
  [
    'BatchNormalization in training mode, with its moving averages',
    { x: image, scale: [4], bias: [4], mean: [4], var: positive([4]) },
    (b, { x, scale, bias, mean, var: variance }) =>
      b.node('BatchNormalization', [x, scale, bias, mean, variance], { training_mode: 1, momentum: float(0.7) }, { outputs: 3 })
        .outputs,
  ],
]);
