/** Gradients of GridSample, where each place of the grid is a weighted sum of the elements around it, and of AffineGrid. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { numbers } from '../../onnx/tensor.js';
import { linear, type RuleContext, type RuleTable } from '../rule.js';
import { activations } from './activations.js';
import { arithmetic } from './arithmetic.js';
import { composite } from './composite.js';
import { indexing } from './indexing.js';
import { movement, sizeOf } from './movement.js';
import { corners, type Interpolation, interpolated, neighbours } from './neighbours.js';
import { zeroGradient } from './zero.js';

/** What interpolation is written in. */
export const interpolating: RuleTable = { ...zeroGradient, ...activations, ...arithmetic, ...indexing, ...movement };

const modes: Readonly<Record<string, Interpolation['mode']>> = {
  nearest: 'nearest',
  linear: 'linear',
  bilinear: 'linear',
  cubic: 'cubic',
  bicubic: 'cubic',
};

function written({ b, node, inputs: [x, grid], y }: RuleContext): Value {
  const sizes =
    x!.shape?.slice(2).map((_, i) => sizeOf(x!, i + 2, node)) ?? fail(`${node.label}: the rank of "${x!.name}" is unknown`);
  const mode = node.string('mode', 'linear');
  const interpolation: Interpolation = {
    mode: modes[mode] ?? fail(`${node.label}: mode "${mode}" is unknown`),
    padding: node.string('padding_mode', 'zeros') as Interpolation['padding'],
    alignCorners: node.int('align_corners', 0) === 1,
  };
  const along = (size: number, axis: number) => {
    // The grid names the last axis first.
    const coordinate = sizes.length - 1 - axis;
    const place = b.slice(grid!, { starts: [coordinate], ends: [coordinate + 1], axes: [sizes.length + 1] });
    const scale = interpolation.alignCorners ? (size - 1) / 2 : size / 2;
    // One row of places for each image: [N, 1, P].
    return neighbours(b, b.add(b.mul(b.reshape(place, [0, 1, -1]), scale), (size - 1) / 2), size, interpolation);
  };
  const flat = b.reshape(x!, [0, 0, sizes.reduce((product, size) => product * size, 1)]);
  return b.reshapeLike(interpolated(b, flat, corners(b, sizes.map(along), sizes), sizeOf(x!, 1, node)), y);
}

/** grid = theta (x, y, 1) at each place of an image, or theta (x, y, z, 1) in a volume. */
const affine = linear(({ b, node, y, dy }) => {
  const axes = y.shape!.slice(1, -1).map((_, i) => sizeOf(y, i + 1, node));
  const align = node.int('align_corners', 0) === 1;
  const flat = b.reshape(dy, [0, -1, axes.length]);
  return b.matMul(b.transpose(flat, [0, 2, 1]), coordinates(b, axes, align, dy));
});

/**
 * [places, axes + 1], the last axis first and a one behind, from -1 to 1 between centres or edges of the outermost elements. A single
 * element between centres lies at 1 in ONNX Runtime.
 */
function coordinates(b: Builder, axes: readonly number[], align: boolean, like: Value): Value {
  const at = (i: number, size: number) => (align ? (size === 1 ? 1 : (2 * i) / (size - 1) - 1) : (2 * i + 1) / size - 1);
  const rows = axes.reduce<number[][]>(
    (before, size) => before.flatMap((row) => Array.from({ length: size }, (_, i) => [at(i, size), ...row])),
    [[1]],
  );
  return b.constant(numbers(like.dtype ?? 'float32', rows.flat(), [rows.length, axes.length + 1]));
}

export const sampling = {
  GridSample: composite(interpolating, written),
  AffineGrid: affine,
} satisfies RuleTable;
