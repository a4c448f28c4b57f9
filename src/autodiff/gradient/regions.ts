/** Gradient of RoiAlign: each element of a patch is the mean of samples between the elements of the feature map, or the largest of what they are made of. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { numbers } from '../../onnx/tensor.js';
import type { RuleContext, RuleTable } from '../rule.js';
import { composite } from './composite.js';
import { sizeOf } from './movement.js';
import { type Neighbour, neighbours } from './neighbours.js';
import { reductions } from './reduction.js';
import { interpolating } from './sampling.js';

interface Axis {
  /** Number of patch elements, of samples in each, and of elements of the map. */
  readonly patch: number;
  readonly samples: number;
  readonly size: number;
  /** Columns of the boxes with where they begin and end. */
  readonly from: number;
  readonly to: number;
}

/** What lies around each sample: [boxes, patch x samples]. */
function around({ b, node, inputs: [, boxes] }: RuleContext, { patch, samples, size, from, to }: Axis): Neighbour[] {
  const isHalfPixel = node.string('coordinate_transformation_mode', 'half_pixel') === 'half_pixel';
  const scale = node.float('spatial_scale', 1);
  const bound = (column: number) => {
    const scaled = b.mul(b.slice(boxes!, { starts: [column], ends: [column + 1], axes: [1] }), scale);
    return isHalfPixel ? b.sub(scaled, 0.5) : scaled;
  };
  const [start, end] = [bound(from), bound(to)];
  const extent = b.sub(end, start);
  // Boxes are of at least one element in the older mode.
  const length = isHalfPixel ? extent : b.op('Max', [extent, b.scalar(1, boxes!.dtype)]);
  const fractions = Array.from({ length: patch * samples }, (_, i) => (i + 0.5) / (patch * samples));
  const place = b.add(start, b.mul(length, b.constant(numbers(boxes!.dtype ?? 'float32', fractions, [1, fractions.length]))));
  // A place more than one element outside counts nothing; one less far outside lies on the border.
  const beyond = b.op('Clip', [place, b.scalar(-1, place.dtype), b.scalar(size, place.dtype)]);
  const counts = b.mask(b.equal(place, beyond), place);
  const inside = b.op('Clip', [place, b.scalar(0, place.dtype), b.scalar(size - 1, place.dtype)]);
  const found = neighbours(b, inside, size, { mode: 'linear', padding: 'border', alignCorners: true });
  return found.map(({ index, weight }) => ({ index, weight: b.mul(weight, counts) }));
}

/** Samples of all boxes from one map of all images side by side: [channels, boxes, height, samples, width, samples]. */
function written(context: RuleContext): Value {
  const {
    b,
    node,
    inputs: [x, , images],
  } = context;
  const samples = node.int('sampling_ratio', 0);
  if (samples < 1) fail(`${node.label}: without a sampling_ratio its samples depend on the boxes, and it has no gradient rule`);
  const [channels, height, width] = [1, 2, 3].map((axis) => sizeOf(x!, axis, node)) as [number, number, number];
  const [rows, columns] = [node.int('output_height', 1), node.int('output_width', 1)];
  const vertical = around(context, { patch: rows, samples, size: height, from: 1, to: 3 });
  const horizontal = around(context, { patch: columns, samples, size: width, from: 0, to: 2 });
  const flat = b.reshape(b.transpose(x!, [1, 0, 2, 3]), [channels, -1]);
  const image = b.unsqueeze(b.mul(b.cast(images!, 'int64'), int(b, height * width)), [1, 2]);
  const parts = vertical.flatMap((one) =>
    horizontal.map((other) => {
      const row = b.mul(b.unsqueeze(b.cast(one.index, 'int64'), [2]), int(b, width));
      const places = b.add(image, b.add(row, b.unsqueeze(b.cast(other.index, 'int64'), [1])));
      const weight = b.mul(b.unsqueeze(one.weight, [2]), b.unsqueeze(other.weight, [1]));
      return b.mul(
        b.reshape(b.gather(flat, b.reshape(places, [-1]), 1), [channels, -1, rows * samples, columns * samples]),
        weight,
      );
    }),
  );
  const isMax = node.string('mode', 'avg') === 'max';
  // The largest is one of the weighted elements, not of the interpolated samples: so have it ONNX Runtime and ONNX's reference.
  const sampled = b.reshape(isMax ? b.op('Max', parts) : parts.reduce(b.add), [channels, -1, rows, samples, columns, samples]);
  const pooled = isMax ? b.reduceMax(sampled, [3, 5], false) : b.reduceMean(sampled, [3, 5], false);
  return b.transpose(pooled, [1, 0, 2, 3]);
}

const int = (b: Builder, value: number): Value => b.constant(numbers('int64', [value], []));

export const regions = { RoiAlign: composite({ ...interpolating, ...reductions }, written) } satisfies RuleTable;
