import { gradientCases, linear } from '../../../test/gradient-cases.js';
import { constant } from '../../../test/samples.js';

const image = [2, 4, 9, 7];

gradientCases(
  'convolutions',
  [
    ['Conv', { x: [2, 4, 8, 6], w: [6, 4, 3, 3] }, {}, { types: { float16: 1e-2 } }],
    ['Conv', { x: image, w: [6, 4, 3, 3], b: [6] }, { pads: [1, 1, 1, 1] }],
    ['Conv', { x: image, w: [6, 4, 3, 3] }, { pads: [1, 0, 1, 2] }],
    ['Conv', { x: image, w: constant([6, 4, 3, 3]) }, { strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['Conv', { x: image, w: [6, 4, 3, 3] }, { strides: [2, 2], pads: [1, 0, 1, 2] }],
    ['Conv', { x: [2, 4, 8, 8], w: [6, 4, 3, 3], b: [6] }, { strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['Conv', { x: [2, 4, 8, 8], w: constant([6, 4, 1, 1]) }, { strides: [2, 2] }],
    ['Conv', { x: [2, 4, 7, 8], w: [6, 4, 1, 1] }, { strides: [2, 3] }],
    ['Conv', { x: image, w: [6, 4, 1, 1], b: [6] }],
    ['Conv', { x: image, w: [6, 4, 2, 3] }, { kernel_shape: [2, 3], strides: [1, 2], pads: [0, 1, 1, 1] }],
    ['Conv', { x: image, w: [5, 4, 2, 2] }, { strides: [3, 2] }],
    ['Conv', { x: [1, 3, 10, 10], w: constant([2, 3, 4, 4]) }, { strides: [4, 4] }],
    ['Conv', { x: image, w: constant([6, 4, 3, 3]) }, { dilations: [2, 2], pads: [2, 2, 2, 2] }],
    ['Conv', { x: image, w: [6, 4, 3, 3] }, { dilations: [2, 1], pads: [1, 1, 0, 1] }],
    ['Conv', { x: image, w: [6, 4, 3, 2] }, { dilations: [2, 3], strides: [2, 3], pads: [1, 1, 2, 0] }],
    ['Conv', { x: [2, 6, 8, 8], w: constant([12, 1, 3, 3]) }, { group: 6, dilations: [2, 2] }],
    ['Conv', { x: [2, 6, 8, 8], w: constant([6, 1, 3, 3]) }, { group: 6, pads: [1, 1, 1, 1] }],
    ['Conv', { x: [2, 6, 8, 8], w: constant([6, 1, 3, 3]) }, { group: 6, strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['Conv', { x: [2, 6, 7, 7], w: constant([9, 2, 3, 3]) }, { group: 3, pads: [1, 1, 1, 1] }],
    ['Conv', { x: [2, 6, 7, 7], w: constant([9, 2, 3, 3]) }, { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['Conv', { x: [2, 6, 7, 6], w: [4, 3, 3, 2], b: [4] }, { group: 2, strides: [2, 1], pads: [1, 1, 1, 0] }],
    ['Conv', { x: [2, 4, 6, 6], w: [8, 1, 3, 3] }, { group: 4, dilations: [2, 2], pads: [2, 2, 2, 2] }],
    ['Conv', { x: [2, 3, 9], w: [4, 3, 3] }, { pads: [1, 1] }],
    ['Conv', { x: [2, 3, 9], w: [4, 3, 4], b: [4] }, { strides: [3], pads: [1, 0], dilations: [2] }],
    ['Conv', { x: [2, 2, 4, 5, 3], w: [3, 2, 2, 3, 2] }, { pads: [0, 1, 1, 1, 1, 0] }],
    ['Conv', { x: [1, 2, 5, 5, 4], w: [3, 2, 3, 3, 2], b: [3] }, { strides: [2, 1, 2], pads: [1, 0, 1, 1, 0, 0] }],
    ['Conv', { x: [1, 4, 4, 4, 3], w: constant([4, 1, 2, 2, 2]) }, { group: 4, strides: [2, 2, 2] }],
    ['Conv', { x: image, w: [6, 4, 3, 3] }, { auto_pad: 'SAME_UPPER' }],
    ['Conv', { x: image, w: [6, 4, 2, 4] }, { auto_pad: 'SAME_UPPER', strides: [2, 3] }],
    ['Conv', { x: image, w: [6, 4, 2, 4] }, { auto_pad: 'SAME_LOWER', strides: [2, 2] }],
    ['Conv', { x: [2, 4, 8, 8], w: [6, 4, 3, 3] }, { auto_pad: 'SAME_LOWER', strides: [2, 1] }],
    ['Conv', { x: image, w: [6, 4, 3, 3] }, { auto_pad: 'VALID', strides: [2, 2] }],
    ['Conv', { x: image, w: [6, 4, 3, 3] }, { auto_pad: 'NOTSET', pads: [1, 1, 1, 1] }],
    // Padding beyond the kernel's reach: windows that see nothing of the data.
    ['Conv', { x: [2, 3, 5, 4], w: [4, 3, 2, 2] }, { pads: [2, 3, 3, 2] }],
    ['Conv', { x: [2, 3, 5, 4], w: [4, 3, 1, 1] }, { pads: [1, 2, 0, 1] }],
    ['Conv', { x: [2, 3, 5, 4], w: constant([4, 3, 2, 2]) }, { pads: [3, 3, 3, 4], strides: [2, 2] }],
    ['Conv', { x: [2, 3, 5], w: [4, 3, 2] }, { pads: [4, 5], strides: [3] }],
    // Inputs that the last window does not reach.
    ['Conv', { x: [1, 2, 11, 10], w: constant([3, 2, 3, 3]) }, { strides: [4, 3] }],
    ['Conv', { x: [1, 2, 8, 6], w: constant([3, 2, 2, 1]) }, { strides: [5, 4] }],
  ],
  linear,
);

gradientCases(
  'transposed convolutions',
  [
    ['ConvTranspose', { x: [2, 4, 5, 4], w: [4, 3, 3, 3] }, {}, { types: { float16: 1e-2 } }],
    ['ConvTranspose', { x: [2, 4, 5, 4], w: [4, 3, 3, 3], b: [3] }, { pads: [1, 1, 1, 1] }],
    ['ConvTranspose', { x: [2, 4, 5, 4], w: [4, 3, 3, 3] }, { strides: [2, 2], pads: [1, 0, 1, 2] }],
    ['ConvTranspose', { x: [2, 4, 5, 4], w: [4, 3, 3, 3] }, { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }],
    ['ConvTranspose', { x: [2, 4, 5, 4], w: [4, 3, 2, 2] }, { strides: [2, 3], output_padding: [0, 2] }],
    ['ConvTranspose', { x: [2, 4, 5, 4], w: [4, 3, 2, 3] }, { dilations: [2, 2], strides: [3, 1] }],
    ['ConvTranspose', { x: [2, 4, 5, 4], w: [4, 3, 3, 3] }, { strides: [2, 2], output_shape: [10, 8] }],
    ['ConvTranspose', { x: [2, 4, 5, 4], w: [4, 3, 3, 3] }, { strides: [2, 2], output_shape: [9, 7], auto_pad: 'SAME_UPPER' }],
    ['ConvTranspose', { x: [2, 4, 5, 4], w: [4, 3, 3, 3] }, { strides: [2, 2], auto_pad: 'SAME_UPPER' }],
    ['ConvTranspose', { x: [2, 4, 5, 4], w: [4, 3, 3, 2] }, { strides: [2, 1], auto_pad: 'SAME_LOWER' }],
    ['ConvTranspose', { x: [2, 4, 5, 4], w: [4, 3, 3, 3] }, { strides: [2, 2], auto_pad: 'VALID' }],
    ['ConvTranspose', { x: [2, 6, 5, 4], w: constant([6, 2, 3, 3]) }, { group: 3, strides: [2, 2] }],
    ['ConvTranspose', { x: [2, 4, 5, 4], w: constant([4, 1, 4, 4]) }, { group: 4, strides: [2, 2], pads: [1, 1, 1, 1] }],
    ['ConvTranspose', { x: [2, 6, 4, 4], w: [6, 2, 3, 3], b: [4] }, { group: 2, strides: [2, 1] }],
    ['ConvTranspose', { x: [2, 3, 5], w: [3, 2, 4], b: [2] }, { strides: [2], pads: [1, 1] }],
    ['ConvTranspose', { x: [1, 2, 3, 3, 2], w: [2, 3, 2, 3, 2] }, { strides: [2, 1, 2], pads: [0, 1, 0, 1, 1, 0] }],
    ['ConvTranspose', { x: [2, 3, 4, 5], w: [3, 2, 1, 1] }, { strides: [2, 2] }],
    ['ConvTranspose', { x: [2, 3, 4, 5], w: [3, 2, 1, 1] }, { strides: [2, 2], output_padding: [1, 1] }],
    // Cut further than the kernel reaches.
    ['ConvTranspose', { x: [1, 2, 6, 6], w: [2, 2, 2, 2] }, { pads: [2, 2, 1, 2] }],
  ],
  linear,
);
