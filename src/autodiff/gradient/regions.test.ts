import { expect, it } from 'vitest';
import { type GradientCase, gradientCases, netCases } from '../../../test/gradient-cases.js';
import { constant, distinct, exactly, ints } from '../../../test/samples.js';
import { Builder } from '../../onnx/builder.js';
import { numbers } from '../../onnx/tensor.js';
import { propagate } from '../propagate.js';
import { gradient } from './index.js';

const image = distinct([2, 2, 7, 8]);
const boxes = exactly([0.6, 1.1, 9.3, 8.7, 3.2, 2.4, 11.7, 12.9, 5.1, 0.3, 6.2, 1.9, -5.3, 1.7, 4.1, 17.3], [4, 4]);
const images = ints([0, 1, 1, 0]);
const settings = { output_height: 2, output_width: 3, sampling_ratio: 2, spatial_scale: { float: 0.5 } };

gradientCases(
  'patches under boxes',
  ['half_pixel', 'output_half_pixel'].flatMap((coordinate_transformation_mode): GradientCase[] => [
    ['RoiAlign', { x: image, boxes, images }, { ...settings, coordinate_transformation_mode }],
    ['RoiAlign', { x: image, boxes: constant(boxes), images }, { ...settings, coordinate_transformation_mode, mode: 'max' }],
  ]),
  { opset: 16, step: 0.004, rtol: 4e-3, batch: false },
);

it('a patch whose samples depend on its box has no gradient, and says so', () => {
  const b = new Builder(17);
  const [x, boxes] = [b.input('x', 'float32', [1, 2, 7, 8]), b.input('boxes', 'float32', [3, 4])];
  const y = b.op('RoiAlign', [x, boxes, b.ints([0, 0, 0])], { output_height: 2, output_width: 2 });
  expect(() => propagate(b, { seeds: new Map([[y, y]]), sources: [x], table: gradient })).toThrow('without a sampling_ratio');
});

netCases(
  'patches of a batch of any size',
  [
    [
      'one box for each image',
      { x: distinct([3, 2, 7, 8]), boxes: exactly([0.6, 1.1, 9.3, 8.7, 3.2, 2.4, 11.7, 12.9, 5.1, 0.3, 6.2, 1.9], [3, 4]) },
      (b, { x, boxes }) => {
        const count = b.squeeze(b.op('Shape', [x], { start: 0, end: 1 }), [0]);
        const image = b.op('Range', [b.constant(numbers('int64', [0], [])), count, b.constant(numbers('int64', [1], []))]);
        return b.op('RoiAlign', [x, boxes, image], settings);
      },
    ],
  ],
  { step: 0.004, rtol: 4e-3 },
);
