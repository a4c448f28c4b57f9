import { type GradientCase, gradientCases, linear } from '../../../test/gradient-cases.js';
import { float, floatList, ints } from '../../../test/samples.js';
import type { Attributes } from '../../onnx/graph.js';

const image = [2, 2, 4, 5];
const scales = (...spatial: number[]) => floatList(1, 1, ...spatial);
const sizes = (...spatial: number[]) => ints([2, 2, ...spatial]);

const places = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];
const roundings = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'];

/** By a whole number, up and down by fractions, to sizes that no scale gives exactly, and to a single element. */
function everySize(attributes: Attributes, options = {}): GradientCase[] {
  return [
    ['Resize', { x: image, roi: null, scales: scales(2, 3) }, attributes, options],
    ['Resize', { x: image, roi: null, scales: scales(1.5, 2.3) }, attributes, options],
    ['Resize', { x: image, roi: null, scales: scales(0.6, 0.5) }, attributes, options],
    ['Resize', { x: image, roi: null, scales: null, sizes: sizes(7, 3) }, attributes, { ...options, batch: false }],
    ['Resize', { x: image, roi: null, scales: null, sizes: sizes(1, 5) }, attributes, { ...options, batch: false }],
  ];
}

gradientCases(
  'resizing to the nearest element',
  places.flatMap((place) =>
    roundings.flatMap((rounding) =>
      everySize({ mode: 'nearest', coordinate_transformation_mode: place, nearest_mode: rounding }),
    ),
  ),
  linear,
);

gradientCases(
  'linear and cubic resizing',
  places.flatMap((place) => [
    ...everySize({ mode: 'linear', coordinate_transformation_mode: place }),
    ...everySize({ mode: 'cubic', coordinate_transformation_mode: place }),
    ...everySize({ mode: 'cubic', coordinate_transformation_mode: place, cubic_coeff_a: float(-0.5), exclude_outside: 1 }),
  ]),
  linear,
);

const antialias = { antialias: 1, coordinate_transformation_mode: 'half_pixel' };
const crop = { coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: float(0.5) };
const roi = floatList(0, 0, 0.2, -0.1, 1, 1, 0.8, 1.2);

gradientCases(
  'resizing of later opsets, of regions, of other ranks',
  [
    ...everySize({ mode: 'linear', ...antialias }, { opset: 18 }),
    ...everySize({ mode: 'cubic', ...antialias }, { opset: 18 }),
    ...everySize({ mode: 'cubic', ...antialias, exclude_outside: 1 }, { opset: 18 }),
    ...everySize({ mode: 'linear', coordinate_transformation_mode: 'half_pixel_symmetric' }, { opset: 19 }),
    ...everySize({ mode: 'nearest', coordinate_transformation_mode: 'half_pixel_symmetric' }, { opset: 19 }),
    ...['nearest', 'linear', 'cubic'].flatMap((mode): GradientCase[] => [
      ['Resize', { x: image, roi, scales: null, sizes: sizes(5, 4) }, { mode, ...crop }, { batch: false }],
      ['Resize', { x: image, roi, scales: scales(1, 2) }, { mode, ...crop }],
      ['Resize', { x: image, roi: null, scales: floatList(2, 0.8) }, { mode, axes: [2, 3] }, { opset: 18 }],
      ['Resize', { x: image, roi: null, scales: null, sizes: ints([3, 8]) }, { mode, axes: [-1, -2] }, { opset: 18 }],
    ]),
    [
      'Resize',
      { x: image, roi: null, scales: null, sizes: ints([8, 8]) },
      { axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' },
      { opset: 18 },
    ],
    [
      'Resize',
      { x: image, roi: null, scales: null, sizes: ints([8, 8]) },
      { axes: [2, 3], keep_aspect_ratio_policy: 'not_smaller', mode: 'linear' },
      { opset: 18 },
    ],
    ['Resize', { x: [2, 3, 5], roi: null, scales: scales(2) }, { mode: 'linear' }],
    ['Resize', { x: [2, 3, 5], roi: null, scales: scales(2) }, { mode: 'nearest' }],
    ['Resize', { x: [1, 2, 3, 4, 2], roi: null, scales: scales(2, 1.5, 3) }, { mode: 'linear' }],
    ['Resize', { x: [1, 2, 3, 4, 2], roi: null, scales: scales(2, 2, 2) }, { mode: 'nearest' }],
    ['Resize', { x: [4, 5], roi: null, scales: floatList(2, 0.5) }, { mode: 'linear' }, { batch: false }],
    [
      'Resize',
      { x: image, roi: null, scales: scales(2, 2) },
      { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      { types: { float16: 4e-3 } },
    ],
    ['Resize', { x: image, roi: null, scales: scales(1, 1) }, { mode: 'linear' }],
    ['Resize', { x: image, roi: null, scales: scales(1.2, 1.1) }, { mode: 'linear' }],
    ['Resize', { x: image, roi: null, scales: scales(1.2, 2) }, { mode: 'linear' }],
    ['Resize', { x: image, roi: null, scales: scales(2.5, 1.1) }, { mode: 'cubic', ...antialias }, { opset: 18 }],
  ],
  linear,
);
