import { gradientCases } from '../../../test/gradient-cases.js';
import { between, constant, exactly, positive } from '../../../test/samples.js';
import { elementCount } from '../../tensor/tensor.js';

/** Neither at elements nor within a step of them, where the derivative jumps. */
const offsets = (shape: readonly number[]) => ({
  ...exactly(
    Array.from({ length: elementCount(shape) }, (_, i) => ((i * 7) % 5) - 2 + 0.15 + 0.7 * ((i * 0.618) % 1)),
    shape,
  ),
  label: `[${shape}]`,
});

gradientCases(
  'deformable convolutions',
  [
    ['DeformConv', { x: [2, 2, 4, 5], w: [3, 2, 2, 2], offset: offsets([2, 8, 3, 4]) }],
    ['DeformConv', { x: [2, 2, 4, 5], w: [3, 2, 2, 2], offset: offsets([2, 8, 3, 4]), bias: [3], mask: positive([2, 4, 3, 4]) }],
    [
      'DeformConv',
      { x: [2, 4, 5, 5], w: [4, 2, 3, 3], offset: offsets([2, 36, 3, 3]), bias: null, mask: positive([2, 18, 3, 3]) },
      { group: 2, offset_group: 2, strides: [2, 2], pads: [1, 1, 1, 1] },
    ],
    [
      'DeformConv',
      { x: [2, 2, 6, 6], w: [3, 2, 2, 2], offset: constant(between(-2, 2, [2, 8, 4, 5])) },
      { dilations: [2, 1], pads: [0, 0, 0, 0] },
    ],
  ],
  { opset: 19, step: 0.02, rtol: 4e-3 },
);
