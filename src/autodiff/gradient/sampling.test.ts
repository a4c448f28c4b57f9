import { type GradientCase, gradientCases, linear } from '../../../test/gradient-cases.js';
import { between, constant, exactly, ints } from '../../../test/samples.js';

const image = [2, 3, 4, 5];
/** Places between elements: at an element the derivative in the grid jumps. Some lie outside the image. */
const inside = exactly([-0.72, 0.41, 0.13, -0.35, 0.55, 0.62, 0.08, -0.66, -0.9, 0.81, 0.3, -0.1], [2, 1, 3, 2]);
const beyond = exactly([-1.13, 0.41, 0.13, -1.32, 1.55, 0.62, 0.08, -0.66, -0.93, 1.08, 2.3, -3.1], [2, 1, 3, 2]);

const settings: GradientCase[] = [inside, beyond].flatMap((grid) =>
  ['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
    [0, 1].map((align_corners): GradientCase => ['GridSample', { x: image, grid }, { padding_mode, align_corners }]),
  ),
);

// A grid has few places in each step, and differences of 0.001 are exact: the sum is bilinear between elements.
gradientCases('sampling at places', settings, { step: 0.004, rtol: 4e-3, opset: 16 });
gradientCases(
  'cubic sampling at places',
  settings.map(([op, operands, attributes]): GradientCase => [op, operands, { ...attributes, mode: 'cubic' }]),
  { step: 0.004, rtol: 8e-3, opset: 20 },
);
gradientCases('sampling later', [
  ['GridSample', { x: image, grid: inside }, { mode: 'linear' }, { opset: 20, step: 0.004 }],
  ['GridSample', { x: image, grid: constant(beyond) }, { mode: 'nearest' }, { opset: 20 }],
  ['GridSample', { x: image, grid: constant(beyond) }, { mode: 'nearest', padding_mode: 'border' }, { opset: 20 }],
  ['GridSample', { x: image, grid: constant(between(-1, 1, [2, 6, 7, 2])) }, { mode: 'linear' }, { opset: 20 }],
  ['GridSample', { x: [2, 3, 3, 4, 5], grid: constant(between(-1.2, 1.2, [2, 2, 3, 2, 3])) }, { mode: 'linear' }, { opset: 20 }],
  ['GridSample', { x: image, grid: constant(beyond) }, { mode: 'nearest', padding_mode: 'reflection' }, { opset: 20 }],
  ['GridSample', { x: [2, 3, 3, 4, 5], grid: constant(between(-1.2, 1.2, [2, 2, 3, 2, 3])) }, { mode: 'nearest' }, { opset: 20 }],
]);

gradientCases(
  'affine grids',
  [0, 1].flatMap((align_corners): GradientCase[] => [
    ['AffineGrid', { theta: [2, 2, 3], size: ints([2, 3, 4, 5]) }, { align_corners }],
    ['AffineGrid', { theta: [2, 2, 3], size: ints([2, 3, 1, 2]) }, { align_corners }],
    ['AffineGrid', { theta: [2, 3, 4], size: ints([2, 3, 2, 3, 4]) }, { align_corners }],
  ]),
  { ...linear, opset: 20, batch: false },
);
