import { gradientCases, linear, netCases } from '../../../test/gradient-cases.js';
import { bools, distinct, exactly, ints } from '../../../test/samples.js';

gradientCases(
  'choices',
  [
    ['Compress', { x: [2, 3, 4], keep: bools([1, 0, 1, 1]) }, { axis: 2 }],
    ['Compress', { x: [2, 3, 4], keep: bools([0, 1]) }, { axis: -2 }],
    ['Compress', { x: [3, 4], keep: bools([0, 1, 1, 0, 0, 1, 1]) }],
    ['OneHot', { i: ints([1, 0, 3, 7]), depth: ints([4], []), values: [2] }, {}, { batch: false }],
    ['OneHot', { i: ints([1, 0, 3, -1], [2, 2]), depth: ints([4], []), values: [2] }, { axis: 1 }, { batch: false }],
  ],
  linear,
);
gradientCases(
  'distinct elements',
  [
    ['Unique', { x: distinct([3, 4]) }],
    ['Unique', { x: distinct([3, 4]) }, { sorted: 0 }],
    ['Unique', { x: distinct([3, 4]) }, { axis: 1 }],
  ],
  { step: 0.02, rtol: 2e-4 },
);
netCases('numbers in a row', [
  [
    'Range',
    { start: exactly([0.5], []), delta: exactly([0.75], []) },
    // The limit lies between two numbers.
    (b, { start, delta }) => b.square(b.op('Range', [start, b.scalar(5), delta])),
    { batch: false },
  ],
  [
    'ArrayFeatureExtractor of ai.onnx.ml',
    { x: [3, 5] },
    (b, { x }) => {
      const info = { dtype: 'float32', shape: [x!.shape![0]!, 3] } as const;
      return b.op('ArrayFeatureExtractor', [x, b.ints([4, 0, 4])], {}, { domain: 'ai.onnx.ml', infos: [info] });
    },
    linear,
  ],
]);
