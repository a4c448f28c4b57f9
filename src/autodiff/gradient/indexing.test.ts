import { gradientCases, linear } from '../../../test/gradient-cases.js';
import { distinct, ints } from '../../../test/samples.js';

gradientCases(
  'indexing',
  [
    ['Gather', { x: [2, 5, 3], i: ints([4, 0, 4, -1, -2]) }, { axis: 1 }, { types: { float16: 4e-3, float64: 1e-4 } }],
    ['Gather', { x: [5, 3], i: ints([0, 2, 2]) }, {}, { batch: false }],
    ['Gather', { x: [5, 3], i: ints([3], []) }, {}, { batch: false }],
    ['Gather', { x: [2, 5, 3], i: ints([-1], []) }, { axis: 1 }],
    ['Gather', { x: [2, 3, 5], i: ints([1, 1, 0, 4, -5, 2], [2, 3]) }, { axis: -1 }],
    ['Gather', { x: [2, 5, 3], i: ints([1, 1, 0, 4], [2, 2]) }, { axis: 1 }],
    ['Gather', { x: [2, 4], i: ints([1, 1, 0, 3], [2, 1, 2]) }, { axis: 1 }],
    ['Gather', { x: [2, 5, 3], i: ints([2, 3, -1]) }, { axis: 1 }],
    ['Gather', { x: [2, 5, 3], i: ints([2], [1, 1]) }, { axis: 1 }],
    ['GatherElements', { x: [2, 4], i: ints([0, 0, 3, -1, 2, 2], [2, 3]) }, { axis: 1 }],
    ['GatherElements', { x: [3, 2], i: ints([0, 0, -1, 1, 0, 2, 1, 1], [4, 2]) }, {}, { batch: false }],
    ['GatherElements', { x: [2, 3, 4], i: ints([0, 3, 1, 1], [2, 1, 2]) }, { axis: -1 }],
    ['GatherND', { x: [3, 4], i: ints([0, 1, 2, 3, 0, 1], [3, 2]) }, {}, { batch: false }],
    ['GatherND', { x: [3, 4], i: ints([2, 0, 2, -1], [4, 1]) }, {}, { batch: false }],
    ['GatherND', { x: [2, 3, 4], i: ints([1, 0, 0, 2, 1, -1], [3, 2]) }, {}, { batch: false }],
    // The batch places of batch_dims are written into the indices, which takes a known batch size: the indices have it.
    ['GatherND', { x: [2, 3, 4], i: ints([2, 2, 0, 1], [2, 2, 1]) }, { batch_dims: 1 }],
    ['GatherND', { x: [2, 3, 4], i: ints([2, 0], [2, 1]) }, { batch_dims: 1 }],
    ['GatherND', { x: [2, 2, 3], i: ints([0, 2, 1, 1], [2, 2, 1]) }, { batch_dims: 2 }],
    ['ScatterElements', { x: [2, 4], i: ints([0, 3, 2, 1], [2, 2]), u: [2, 2] }, { axis: 1 }],
    ['ScatterElements', { x: [3, 3], i: ints([1, 0, -1, 0, 2, 1], [2, 3]), u: [2, 3] }, {}, { batch: false }],
    ['ScatterElements', { x: [2, 4], i: ints([0, 0, 2, -1], [2, 2]), u: [2, 2] }, { axis: -1, reduction: 'add' }, { opset: 18 }],
    ['ScatterND', { x: [4, 3], i: ints([1, 3], [2, 1]), u: [2, 3] }, {}, { batch: false }],
    ['ScatterND', { x: [2, 3, 2], i: ints([0, 1, 1, 2], [2, 2]), u: [2, 2] }, {}, { batch: false }],
    ['ScatterND', { x: [4, 3], i: ints([1, 1, 0], [3, 1]), u: [3, 3] }, { reduction: 'add' }, { batch: false, opset: 18 }],
  ],
  linear,
);

gradientCases('the largest elements', [
  ['TopK', { x: distinct([2, 6]), k: ints([2]) }],
  ['TopK', { x: distinct([2, 4, 3]), k: ints([2]) }, { axis: 1, largest: 0 }],
  ['TopK', { x: distinct([2, 4, 3]), k: ints([3]) }, { axis: -1, sorted: 0 }],
  ['TopK', { x: distinct([4, 2]), k: ints([1]) }, { axis: 0 }, { batch: false }],
]);
