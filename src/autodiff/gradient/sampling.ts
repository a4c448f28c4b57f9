/** Gradient of GridSample: each place of the grid is a weighted sum of the elements around it. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import type { RuleContext, RuleTable } from '../rule.js';
import { activations } from './activations.js';
import { arithmetic, zeroGradient } from './arithmetic.js';
import { composite } from './composite.js';
import { indexing } from './indexing.js';
import { movement, sizeOf } from './movement.js';

function written({ b, node, inputs: [x, grid], y }: RuleContext): Value {
  const sizes =
    x!.shape?.slice(2).map((_, i) => sizeOf(x!, i + 2, node)) ?? fail(`${node.label}: the rank of "${x!.name}" is unknown`);
  const mode = node.string('mode', 'linear');
  const padding = node.string('padding_mode', 'zeros');
  if (mode === 'cubic' || mode === 'bicubic') fail(`${node.label}: mode "${mode}" has no gradient rule`);
  if (padding === 'reflection') fail(`${node.label}: padding_mode "${padding}" has no gradient rule`);
  const along = (size: number, axis: number) => {
    // The grid names the last axis first.
    const coordinate = sizes.length - 1 - axis;
    const place = b.slice(grid!, { starts: [coordinate], ends: [coordinate + 1], axes: [sizes.length + 1] });
    const [scale, shift] = node.int('align_corners', 0) ? [(size - 1) / 2, (size - 1) / 2] : [size / 2, (size - 1) / 2];
    // One row of places for each image: [N, 1, P].
    const exact = b.add(b.mul(b.reshape(place, [0, 1, -1]), scale), shift);
    return neighbours(b, padding === 'border' ? within(b, exact, size) : exact, size, mode);
  };
  // All corners of the cell around a place: one neighbour of each axis, their indices in the flat image, their weights multiplied.
  const corners = sizes.map(along).reduce((before, next, axis) =>
    before.flatMap((one) =>
      next.map((other) => ({
        index: b.add(b.mul(one.index, sizes[axis]!), other.index),
        weight: b.mul(one.weight, other.weight),
      })),
    ),
  );
  const flat = b.reshape(x!, [0, 0, sizes.reduce((product, size) => product * size, 1)]);
  const parts = corners.map(({ index, weight }) => {
    const channels = b.op('Expand', [b.cast(index, 'int64'), b.ints([1, sizeOf(x!, 1, node), 1])]);
    return b.mul(b.op('GatherElements', [flat, channels], { axis: 2 }), weight);
  });
  return b.reshapeLike(parts.reduce(b.add), y);
}

interface Neighbour {
  readonly index: Value;
  readonly weight: Value;
}

/** The elements next to a place along an axis. Those outside weigh nothing. */
function neighbours(b: Builder, place: Value, size: number, mode: string): Neighbour[] {
  const inside = (index: Value) => b.mask(b.equal(index, within(b, index, size)), place);
  if (mode === 'nearest') {
    const index = b.op('Round', [place]);
    return [{ index: within(b, index, size), weight: inside(index) }];
  }
  const before = b.op('Floor', [place]);
  const after = b.add(before, 1);
  const share = b.sub(place, before);
  return [
    { index: within(b, before, size), weight: b.mul(b.sub(1, share), inside(before)) },
    { index: within(b, after, size), weight: b.mul(share, inside(after)) },
  ];
}

const within = (b: Builder, place: Value, size: number): Value =>
  b.op('Clip', [place, b.scalar(0, place.dtype), b.scalar(size - 1, place.dtype)]);

export const sampling = {
  GridSample: composite({ ...zeroGradient, ...activations, ...arithmetic, ...indexing, ...movement }, written),
} satisfies RuleTable;
