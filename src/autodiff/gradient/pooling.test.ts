import { gradientCases, linear } from '../../../test/gradient-cases.js';
import { awayFrom, distinct, positive } from '../../../test/samples.js';

const square = [2, 2, 7, 7];
const half = { types: { float16: 4e-3 } };

gradientCases(
  'max pools',
  [
    [
      'MaxPool',
      { x: distinct([2, 2, 6, 6]) },
      { kernel_shape: [2, 2], strides: [2, 2] },
      { types: { float64: 1e-4, float16: 4e-3 } },
    ],
    ['MaxPool', { x: distinct(square) }, { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
    ['MaxPool', { x: distinct(square) }, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['MaxPool', { x: distinct([1, 2, 6, 8]) }, { kernel_shape: [2, 3], strides: [2, 2], pads: [1, 0, 0, 2], ceil_mode: 1 }],
    ['MaxPool', { x: distinct(square) }, { kernel_shape: [3, 2] }],
    ['MaxPool', { x: distinct(square) }, { kernel_shape: [2, 2], strides: [3, 3] }],
    ['MaxPool', { x: distinct(square) }, { kernel_shape: [2, 2], dilations: [2, 3] }],
    ['MaxPool', { x: distinct(square) }, { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
    ['MaxPool', { x: distinct([1, 2, 6, 6]) }, { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_LOWER' }],
    ['MaxPool', { x: distinct(square) }, { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'VALID' }],
    ['MaxPool', { x: distinct([2, 3, 9]) }, { kernel_shape: [3], strides: [2], pads: [1, 1] }],
    ['MaxPool', { x: distinct([1, 2, 4, 5, 4]) }, { kernel_shape: [2, 3, 2], strides: [2, 1, 2] }],
  ],
  // Piecewise linear.
  { step: 0.02, rtol: 2e-4 },
);

gradientCases(
  'average pools',
  [
    ['AveragePool', { x: [2, 2, 6, 6] }, { kernel_shape: [2, 2], strides: [2, 2] }, half],
    ['AveragePool', { x: [2, 2, 6, 8] }, { kernel_shape: [3, 2], strides: [3, 2] }],
    ['AveragePool', { x: square }, { kernel_shape: [2, 2], strides: [2, 2] }],
    ['AveragePool', { x: square }, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }, half],
    ['AveragePool', { x: square }, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 }],
    ['AveragePool', { x: square }, { kernel_shape: [3, 2], pads: [1, 0, 0, 1] }],
    ['AveragePool', { x: square }, { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }],
    ['AveragePool', { x: square }, { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1, count_include_pad: 1 }],
    [
      'AveragePool',
      { x: [1, 2, 6, 7] },
      { kernel_shape: [3, 3], strides: [2, 3], pads: [1, 1, 0, 1], ceil_mode: 1, count_include_pad: 1 },
    ],
    ['AveragePool', { x: [1, 2, 6, 7] }, { kernel_shape: [3, 3], strides: [2, 3], pads: [1, 1, 0, 1], ceil_mode: 1 }],
    ['AveragePool', { x: square }, { kernel_shape: [2, 2], strides: [3, 3] }],
    ['AveragePool', { x: square }, { kernel_shape: [2, 3], dilations: [2, 2] }, { opset: 19 }],
    ['AveragePool', { x: square }, { kernel_shape: [2, 2], dilations: [2, 3], pads: [1, 1, 1, 1] }, { opset: 19 }],
    ['AveragePool', { x: square }, { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
    ['AveragePool', { x: [1, 2, 6, 6] }, { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_LOWER' }],
    ['AveragePool', { x: [1, 2, 6, 6] }, { kernel_shape: [3, 2], auto_pad: 'SAME_UPPER', count_include_pad: 1 }],
    ['AveragePool', { x: square }, { kernel_shape: [2, 2], auto_pad: 'VALID' }],
    ['AveragePool', { x: [2, 3, 9] }, { kernel_shape: [3], strides: [2], pads: [1, 1] }],
    ['AveragePool', { x: [2, 3, 8] }, { kernel_shape: [4], strides: [4] }],
    ['AveragePool', { x: [1, 2, 4, 5, 4] }, { kernel_shape: [2, 3, 2], strides: [2, 1, 2], pads: [0, 1, 0, 0, 1, 0] }],
    ['AveragePool', { x: [1, 2, 4, 4, 2] }, { kernel_shape: [2, 2, 1], strides: [2, 2, 1] }],
    ['GlobalAveragePool', { x: [2, 3, 4, 5] }, {}, half],
    ['GlobalAveragePool', { x: [2, 3, 4] }],
    ['GlobalAveragePool', { x: [2, 3, 2, 3, 2] }],
  ],
  linear,
);

gradientCases('global and p-norm pools', [
  ['GlobalMaxPool', { x: distinct([2, 3, 4, 5]) }, {}, half],
  ['GlobalMaxPool', { x: distinct([2, 3, 4]) }],
  ['GlobalMaxPool', { x: distinct([2, 2, 2, 3, 2]) }],
  ['LpPool', { x: positive([2, 2, 6, 6]) }, { kernel_shape: [2, 2], strides: [2, 2] }],
  ['LpPool', { x: awayFrom(0, square) }, { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
  ['LpPool', { x: awayFrom(0, square) }, { kernel_shape: [3, 2], p: 1 }],
  ['LpPool', { x: awayFrom(0, square) }, { kernel_shape: [2, 2], p: 3, strides: [2, 1] }],
  ['LpPool', { x: awayFrom(0, square) }, { kernel_shape: [2, 2], dilations: [2, 2], auto_pad: 'VALID' }, { opset: 18 }],
  ['LpPool', { x: awayFrom(0, square) }, { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }, { opset: 18 }],
  ['LpPool', { x: awayFrom(0, square) }, { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
  ['LpPool', { x: awayFrom(0, [2, 3, 9]) }, { kernel_shape: [3], strides: [2] }],
  ['GlobalLpPool', { x: awayFrom(0, [2, 3, 4, 5]) }],
  ['GlobalLpPool', { x: awayFrom(0, [2, 3, 4, 5]) }, { p: 1 }],
  ['GlobalLpPool', { x: awayFrom(0, [2, 3, 4]) }, { p: 3 }],
]);
