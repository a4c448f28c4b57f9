import { gradientCases, linear } from '../../../test/gradient-cases.js';
import { constant, exactly, ints } from '../../../test/samples.js';

const shape = [2, 3, 4];
const half = { types: { float16: 4e-3, float64: 1e-4 } };
const MOST = Number.MAX_SAFE_INTEGER;
const scalar = (value: number) => constant(exactly([value], []));

gradientCases(
  'shapes',
  [
    ['Reshape', { x: shape, to: ints([2, 12]) }, {}, half],
    ['Reshape', { x: shape, to: ints([0, -1]) }],
    ['Reshape', { x: shape, to: ints([-1, 4]) }],
    ['Reshape', { x: [2, 3, 2, 2], to: ints([0, 3, 1, -1]) }],
    ['Flatten', { x: shape }],
    ['Flatten', { x: shape }, { axis: 2 }],
    ['Flatten', { x: shape }, { axis: 0 }],
    ['Flatten', { x: shape }, { axis: -1 }],
    ['Transpose', { x: shape }],
    ['Transpose', { x: shape }, { perm: [0, 2, 1] }],
    ['Transpose', { x: shape }, { perm: [1, 2, 0] }, half],
    ['Transpose', { x: [2, 3, 2, 4] }, { perm: [2, 0, 3, 1] }],
    ['Squeeze', { x: [2, 1, 3, 1], axes: ints([1, -1]) }],
    ['Squeeze', { x: [2, 1, 3, 1] }, {}, { batch: false }],
    ['Unsqueeze', { x: [2, 3], axes: ints([0, -1]) }],
    ['Expand', { x: [2, 1, 4], to: ints([3, 4]) }],
    ['Expand', { x: [3, 1], to: ints([2, 1, 4]) }],
    ['Expand', { x: [2, 3], to: ints([1, 1]) }],
    ['Expand', { x: [], to: ints([2, 3]) }],
    ['Tile', { x: [2, 3], by: ints([2, 3]) }, {}, half],
    ['Tile', { x: shape, by: ints([1, 2, 1]) }],
    ['Tile', { x: shape, by: ints([1, 1, 1]) }],
    ['Concat', { a: [2, 3], b: [2, 1], c: [2, 2] }, { axis: 1 }],
    ['Concat', { a: [2, 3], b: constant([2, 1]), c: 'a' }, { axis: -1 }],
    ['Concat', { a: [2, 3], b: [1, 3] }, { axis: 0 }, { batch: false }],
    ['Concat', { a: [2, 3], b: [2, 3] }, { axis: 0 }, { batch: false }],
    ['Split', { x: [2, 6] }, { axis: 1, num_outputs: 3 }, { seeds: [0, 1, 2], opset: 18 }],
    ['Split', { x: [2, 7] }, { axis: -1, num_outputs: 3 }, { seeds: [1, 2], opset: 18 }],
    ['Split', { x: [2, 6], sizes: ints([1, 3, 2]) }, { axis: 1 }, { seeds: [1] }],
    ['Split', { x: [6, 2], sizes: ints([1, 5]) }, {}, { seeds: [0, 1], batch: false }],
    ['DepthToSpace', { x: [2, 8, 2, 3] }, { blocksize: 2 }],
    ['DepthToSpace', { x: [2, 8, 2, 3] }, { blocksize: 2, mode: 'CRD' }],
    ['DepthToSpace', { x: [1, 18, 2, 1] }, { blocksize: 3, mode: 'DCR' }],
    ['SpaceToDepth', { x: [2, 2, 4, 6] }, { blocksize: 2 }],
    ['SpaceToDepth', { x: [2, 1, 3, 6] }, { blocksize: 3 }],
    ['ReverseSequence', { x: [4, 2, 3], lengths: ints([2, 4]) }, {}, { batch: false }],
    ['ReverseSequence', { x: [2, 4, 3], lengths: ints([3, 1]) }, { batch_axis: 0, time_axis: 1 }],
    ['Trilu', { x: [2, 4, 5] }],
    ['Trilu', { x: [2, 4, 5] }, { upper: 0 }],
    ['Trilu', { x: [4, 3], k: ints([1], []) }, { upper: 1 }],
    ['Trilu', { x: [4, 3], k: ints([-2], []) }, { upper: 0 }],
    ['CumSum', { x: shape, axis: ints([1], []) }],
    ['CumSum', { x: shape, axis: ints([-1], []) }, { reverse: 1 }],
    ['CumSum', { x: shape, axis: ints([0], []) }, { exclusive: 1 }],
    ['CumSum', { x: shape, axis: ints([2], []) }, { exclusive: 1, reverse: 1 }],
  ],
  linear,
);

gradientCases(
  'slices',
  [
    ['Slice', { x: [4, 5], starts: ints([1]), ends: ints([3]) }, {}, { batch: false, types: half.types }],
    ['Slice', { x: [2, 5], starts: ints([1]), ends: ints([MOST]), axes: ints([1]) }],
    ['Slice', { x: [2, 5], starts: ints([-3]), ends: ints([-1]), axes: ints([-1]) }],
    ['Slice', { x: [2, 5], starts: ints([-30]), ends: ints([30]), axes: ints([1]) }],
    ['Slice', { x: [2, 5, 6], starts: ints([0, 2]), ends: ints([4, MOST]), axes: ints([1, 2]) }],
    ['Slice', { x: [2, 5, 6], starts: ints([0, 1]), ends: ints([5, 6]), axes: ints([1, 2]), steps: ints([2, 3]) }],
    ['Slice', { x: [2, 5, 6], starts: ints([-1, 1]), ends: ints([-MOST, 5]), axes: ints([1, 2]), steps: ints([-1, 1]) }],
    ['Slice', { x: [2, 7], starts: ints([5]), ends: ints([0]), axes: ints([1]), steps: ints([-2]) }],
    ['Slice', { x: [2, 7], starts: ints([50]), ends: ints([-50]), axes: ints([1]), steps: ints([-3]) }],
    ['Slice', { x: [2, 7], starts: ints([1]), ends: ints([6]), axes: ints([1]), steps: ints([4]) }],
    [
      'Slice',
      { x: [4, 6], starts: ints([0, 0]), ends: ints([4, 6]), axes: ints([1, 0]), steps: ints([2, 3]) },
      {},
      { batch: false },
    ],
  ],
  linear,
);

gradientCases(
  'padding',
  [
    ['Pad', { x: shape, pads: ints([0, 1, 2, 0, 0, 1]) }, {}, half],
    ['Pad', { x: shape, pads: ints([0, 1, 2, 0, 0, 1]), value: scalar(3) }],
    ['Pad', { x: shape, pads: ints([0, -1, 2, 0, 0, -2]) }],
    ['Pad', { x: [2, 5, 4], pads: ints([0, -2, -1, 0, -1, 0]) }],
    ['Pad', { x: shape, pads: ints([0, 2, 3, 0, 1, 2]) }, { mode: 'reflect' }],
    ['Pad', { x: shape, pads: ints([0, 2, 3, 0, 4, 5]) }, { mode: 'edge' }],
    ['Pad', { x: shape, pads: ints([0, 2, 3, 0, 1, 2]) }, { mode: 'wrap' }, { opset: 19 }],
    ['Pad', { x: shape, pads: ints([1, 3]), value: null, axes: ints([-1]) }, { mode: 'reflect' }, { opset: 18 }],
    ['Pad', { x: shape, pads: ints([1, 0, -1, 2]), value: scalar(0), axes: ints([2, 1]) }, {}, { opset: 18 }],
    ['Pad', { x: [2, 3, 5], pads: ints([0, -1, 2, 0, 2, -1]) }, { mode: 'edge' }],
    ['Pad', { x: [2, 3, 5], pads: ints([0, -1, 2, 0, 1, -1]) }, { mode: 'reflect' }],
    ['Pad', { x: [1, 2, 4, 4], pads: ints([0, 0, 1, 1, 0, 0, 1, 1]) }, { mode: 'reflect' }],
  ],
  linear,
);
