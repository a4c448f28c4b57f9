import { type GradientCase, gradientCases, linear, netCases } from '../../../test/gradient-cases.js';
import { distinct, ints } from '../../../test/samples.js';

const folded: GradientCase[] = [
  ['Col2Im', { x: [2, 12, 9], image: ints([4, 4]), block: ints([2, 2]) }],
  ['Col2Im', { x: [2, 18, 6], image: ints([5, 6]), block: ints([3, 3]) }, { strides: [2, 2], pads: [1, 0, 0, 1] }],
  ['Col2Im', { x: [2, 4, 9], image: ints([5, 5]), block: ints([2, 2]) }, { dilations: [2, 2] }],
  ['Col2Im', { x: [2, 8, 8], image: ints([3, 3, 3]), block: ints([2, 2, 2]) }],
];
const framed: GradientCase[] = [
  ['CenterCropPad', { x: [2, 7, 6], shape: ints([2, 4, 5]) }],
  ['CenterCropPad', { x: [2, 4, 5], shape: ints([2, 7, 6]) }],
  ['CenterCropPad', { x: [2, 7, 4], shape: ints([4, 9]) }, { axes: [1, 2] }],
  ['CenterCropPad', { x: [2, 7, 4], shape: ints([9, 3]) }, { axes: [-1, -2] }],
];

gradientCases('patches laid out', folded, { ...linear, opset: 18 });
// A shape that is stated for all axes states the batch too.
gradientCases('frames', framed.slice(0, 2), { ...linear, opset: 18, batch: false });
gradientCases('frames along some axes', framed.slice(2), { ...linear, opset: 18 });

const pooled = { kernel_shape: [2, 2], strides: [2, 2] };
const overlapping = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
netCases(
  'maxima put back',
  [pooled, overlapping].flatMap((window) => [
    [
      `MaxUnpool ${JSON.stringify(window)}`,
      { x: distinct([2, 3, 6, 6]) },
      (b, { x }) => {
        const pool = b.node('MaxPool', [x], window);
        return b.op('MaxUnpool', [b.square(pool.output()), pool.output(1), b.ints([2, 3, 6, 6])], window);
      },
      { batch: false },
    ] as const,
    [
      `MaxPool ${JSON.stringify(window)} in the order of columns`,
      { x: distinct([2, 3, 5, 6]) },
      (b, { x }) => b.op('MaxPool', [x], { ...window, storage_order: 1 }),
      { step: 0.02, rtol: 2e-4 },
    ] as const,
  ]),
);
