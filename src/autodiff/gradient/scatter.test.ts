import { type GradientCase, gradientCases } from '../../../test/gradient-cases.js';
import { constant, distinct, exactly, ints } from '../../../test/samples.js';

const elements = ints([0, 2, 1, 1, 1, 2, 0, 0], [2, 4]);
const tuples = ints([0, 1, 2, 0, 0, 1], [3, 2]);
const zeros = exactly([1.5, 0, 0, 2, -1, 0.5, 0, 3, 0.7, -2, 0, 1], [3, 4]);
const factors = exactly([2, 0, 3, -1, 0.5, 0, 0, 0], [2, 4]);

gradientCases(
  'reduced placing',
  ['add', 'mul', 'max', 'min'].flatMap((reduction): GradientCase[] => [
    ['ScatterElements', { x: distinct([3, 4]), i: elements, u: distinct([2, 4]) }, { axis: 0, reduction }],
    ['ScatterND', { x: distinct([3, 2, 4]), i: tuples, u: distinct([3, 4]) }, { reduction }],
    ['ScatterND', { x: constant(distinct([3, 2, 4])), i: tuples, u: distinct([3, 4]) }, { reduction }],
  ]),
  { opset: 18, batch: false, types: { float64: 2e-3 } },
);
gradientCases(
  'products of what is zero',
  [
    ['ScatterElements', { x: zeros, i: elements, u: factors }, { axis: 0, reduction: 'mul' }],
    ['ScatterND', { x: zeros, i: ints([0, 0, 1, 1, 1, 0, 0, 0], [4, 2]), u: exactly([0, 2, 3, 0.5]) }, { reduction: 'mul' }],
  ],
  { opset: 18, batch: false },
);
gradientCases(
  'caches',
  [
    ['TensorScatter', { past: [2, 2, 5, 3], update: [2, 2, 2, 3], at: ints([1, 3]) }],
    ['TensorScatter', { past: [2, 5, 3], update: [2, 2, 3], at: ints([4, 3]) }, { mode: 'circular' }],
    ['TensorScatter', { past: [2, 2, 5, 3], update: [2, 2, 2, 3] }],
    ['TensorScatter', { past: [2, 3, 5], update: [2, 3, 2], at: ints([0, 2]) }, { axis: -1 }],
  ],
  { opset: 24, batch: false },
);
