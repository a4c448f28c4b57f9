/** Operators that only move elements: the same numbers at other places, some left out or repeated. */
import type { Dim, Operation, Shape } from '../graph.js';
import { axesOf } from './axes.js';
import { agree, broadcast } from './broadcast.js';
import { contentOf, numbersOf } from './content.js';
import { add, ceilDivide, exactQuotient, floorDivide, multiply, product, subtract, sum } from './dims.js';
import { reshaped } from './reshape.js';
import { axisOf, type Rule, type RuleTable, ranked, reject, shapeOf, unknownDim, unknownShape } from './rule.js';
import { sliced } from './slice.js';

/** The first operand's type in another shape. */
const moved =
  (shape: (operation: Operation, opset: number) => Shape | undefined): Rule =>
  (operation, opset) => [{ dtype: operation.inputs[0]?.dtype, shape: shape(operation, opset) }];

function transposed(operation: Operation): Shape | undefined {
  const shape = shapeOf(operation);
  if (!operation.has('perm')) return shape?.toReversed();
  const perm = operation.ints('perm');
  if ([...perm].sort((a, b) => a - b).some((axis, i) => axis !== i)) reject(operation, `perm [${perm}] is not a permutation`);
  if (shape && shape.length !== perm.length) reject(operation, `perm [${perm}] is not for rank ${shape.length}`);
  return shape && perm.map((axis) => shape[axis]!);
}

function flattened(operation: Operation): Shape | undefined {
  const shape = shapeOf(operation);
  const axis = operation.int('axis', 1);
  if (!shape) return unknownShape(operation, 2);
  if (Math.abs(axis) > shape.length) reject(operation, `axis ${axis} is outside rank ${shape.length}`);
  return [product(shape.slice(0, axis)), product(axis === shape.length ? [] : shape.slice(axis))];
}

function squeezed(operation: Operation, opset: number): Shape | undefined {
  const shape = shapeOf(operation);
  const axes = axesOf(operation, opset);
  if (!shape || !axes) return undefined;
  const thick = axes.find((axis) => typeof shape[axis] === 'number' && shape[axis] !== 1);
  if (thick !== undefined) reject(operation, `axis ${thick} has size ${shape[thick]}, not 1`);
  return shape.filter((_, axis) => !axes.includes(axis));
}

function unsqueezed(operation: Operation, opset: number): Shape | undefined {
  const shape = shapeOf(operation);
  const axes = axesOf(operation, opset);
  if (!shape) return undefined;
  const count = axes?.length ?? operation.inputs[1]?.shape?.[0];
  if (!axes) return typeof count === 'number' ? unknownShape(operation, shape.length + count) : undefined;
  const old = shape.values();
  return Array.from({ length: shape.length + axes.length }, (_, axis) => (axes.includes(axis) ? 1 : old.next().value!));
}

function concatenated(operation: Operation): Shape | undefined {
  const shapes = operation.inputs.map((value) => value?.shape);
  const ranks = new Set(shapes.flatMap((shape) => shape?.length ?? []));
  if (ranks.size > 1) reject(operation, 'operands have different ranks');
  const [rank] = ranks;
  if (rank === undefined) return undefined;
  const axis = axisOf(operation, operation.int('axis'), rank);
  return Array.from({ length: rank }, (_, i) => {
    const dims = shapes.map((shape) => shape?.[i]);
    if (i !== axis) return dims.reduce((a, b) => agree(operation, `sizes of axis ${i}`, a, b))!;
    return dims.every((dim) => dim !== undefined) ? sum(dims) : unknownDim(operation, i);
  });
}

/** How many elements each part takes; none where the number of parts is not stated. */
function partSizes(operation: Operation, size: Dim | undefined): readonly Dim[] | undefined {
  const stated = operation.inputs[1];
  if (stated) {
    const count = stated.shape?.[0];
    const sizes =
      contentOf(stated) ??
      (typeof count === 'number' ? Array.from({ length: count }, (_, i) => unknownDim(operation, i)) : undefined);
    const total = sizes && sum(sizes);
    if (typeof total === 'number' && typeof size === 'number' && total !== size)
      reject(operation, `parts of [${sizes}] do not make up ${size}`);
    return sizes;
  }
  if (!operation.has('num_outputs')) return undefined;
  const parts = operation.int('num_outputs');
  if (parts < 1) reject(operation, `num_outputs ${parts} must be positive`);
  const each = ceilDivide(size ?? unknownDim(operation, 0), parts);
  return Array.from({ length: parts }, (_, i) =>
    i < parts - 1 || size === undefined ? each : subtract(size, multiply(each, parts - 1)),
  );
}

const split: Rule = (operation) => {
  const [x] = operation.inputs;
  const axis = x?.shape && axisOf(operation, operation.int('axis', 0), x.shape.length);
  const sizes = partSizes(operation, axis === undefined ? undefined : x?.shape?.[axis]) ?? [];
  return sizes.map((size) => ({ dtype: x?.dtype, shape: x?.shape?.map((dim, i) => (i === axis ? size : dim)) }));
};

function padded(operation: Operation): Shape | undefined {
  const shape = shapeOf(operation);
  if (!shape) return undefined;
  const axes = operation.inputs[3] ? numbersOf(operation.inputs[3]) : shape.map((_, axis) => axis);
  const pads = contentOf(operation.inputs[1]);
  if (!axes) return unknownShape(operation, shape.length);
  if (pads && pads.length !== 2 * axes.length) reject(operation, `pads [${pads}] must have ${2 * axes.length} numbers`);
  const result = [...shape];
  for (const [i, stated] of axes.entries()) {
    const axis = axisOf(operation, stated, shape.length);
    const size = pads ? add(shape[axis]!, add(pads[i]!, pads[i + axes.length]!)) : unknownDim(operation, axis);
    if (typeof size === 'number' && size < 0) reject(operation, `pads [${pads}] cut more than there is on axis ${axis}`);
    result[axis] = size;
  }
  return result;
}

function expanded(operation: Operation): Shape | undefined {
  const shape = shapeOf(operation);
  const target = contentOf(operation.inputs[1]);
  if (shape && target) return broadcast(operation, [shape, target]);
  const rank = operation.inputs[1]?.shape?.[0];
  return shape && typeof rank === 'number' ? unknownShape(operation, Math.max(rank, shape.length)) : undefined;
}

function tiled(operation: Operation): Shape | undefined {
  const shape = shapeOf(operation);
  const repeats = contentOf(operation.inputs[1]);
  if (shape && repeats && repeats.length !== shape.length)
    reject(operation, `repeats [${repeats}] must have ${shape.length} numbers`);
  return shape?.map((dim, axis) => (repeats ? multiply(dim, repeats[axis]!) : unknownDim(operation, axis)));
}

/** Blocks of pixels to channels, or back. */
const blocks =
  (toSpace: boolean) =>
  (operation: Operation): Shape | undefined => {
    const block = operation.int('blocksize');
    if (block < 1) reject(operation, `blocksize ${block} must be positive`);
    const divide = (dim: Dim, by: number) => {
      if (typeof dim === 'number' && dim % by) reject(operation, `${dim} is not a multiple of ${by}`);
      return exactQuotient(dim, by) ?? floorDivide(dim, by);
    };
    return ranked(operation, 0, 4, 4)?.map((dim, axis) => {
      if (axis === 0) return dim;
      const shrinks = (axis === 1) === toSpace;
      const factor = axis === 1 ? block * block : block;
      return shrinks ? divide(dim, factor) : multiply(dim, factor);
    });
  };

export const movements: RuleTable = {
  Reshape: moved(reshaped),
  Transpose: moved(transposed),
  Flatten: moved(flattened),
  Squeeze: moved(squeezed),
  Unsqueeze: moved(unsqueezed),
  Concat: moved(concatenated),
  Split: split,
  Slice: moved(sliced),
  Pad: moved(padded),
  Expand: moved(expanded),
  Tile: moved(tiled),
  DepthToSpace: moved(blocks(true)),
  SpaceToDepth: moved(blocks(false)),
  ReverseSequence: moved((operation) => ranked(operation, 0, 2)),
};
