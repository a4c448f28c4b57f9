/** Operators that sample an image at other places: resize, grids, boxes. */
import type { Dim, Info, Operation, Shape } from '../graph.js';
import { contentOf, numbersOf } from './content.js';
import { floor, multiply } from './dims.js';
import { axisOf, type Rule, type RuleTable, ranked, reject, shapeOf, unknownDim, unknownShape } from './rule.js';

const dtypeOf = (operation: Operation) => operation.inputs[0]?.dtype;

function resized(operation: Operation): Shape | undefined {
  const shape = shapeOf(operation);
  const [, , scales, sizes] = operation.inputs;
  if (!shape) return undefined;
  const axes = operation.has('axes')
    ? operation.ints('axes').map((axis) => axisOf(operation, axis, shape.length))
    : shape.map((_, axis) => axis);
  // An empty tensor stands for an absent one.
  const bySize = sizes && sizes.shape?.[0] !== 0;
  const numbers = bySize ? contentOf(sizes) : contentOf(scales);
  if (!numbers) return shape.map((dim, axis) => (axes.includes(axis) ? unknownDim(operation, axis) : dim));
  if (numbers.length !== axes.length)
    reject(operation, `${numbers.length} ${bySize ? 'sizes' : 'scales'} for ${axes.length} axes`);
  if (numbers.some((number) => typeof number === 'number' && number <= 0)) reject(operation, `[${numbers}] must be positive`);
  const along = axes.map((axis) => shape[axis]!);
  const results = bySize
    ? fitted(operation, along, numbers)
    : along.map((dim, i) => scaled(operation, dim, numbers[i]!, axes[i]!));
  return shape.map((dim, axis) => (axes.includes(axis) ? results[axes.indexOf(axis)]! : dim));
}

function scaled(operation: Operation, dim: Dim, scale: Dim, axis: number): Dim {
  // Runtimes multiply in single precision, which decides where the product is nearly whole.
  if (typeof dim === 'number' && typeof scale === 'number') return Math.floor(Math.fround(Math.fround(scale) * dim));
  return floor(multiply(dim, scale)) ?? unknownDim(operation, axis);
}

/** Sizes as stated, or the nearest that keep proportions: inside the stated box, or around it. */
function fitted(operation: Operation, along: readonly Dim[], sizes: readonly Dim[]): readonly Dim[] {
  const policy = operation.string('keep_aspect_ratio_policy', 'stretch');
  if (policy === 'stretch') return sizes;
  if (policy !== 'not_larger' && policy !== 'not_smaller') reject(operation, `unknown keep_aspect_ratio_policy "${policy}"`);
  const ratios = sizes.map((size, i) =>
    typeof size === 'number' && typeof along[i] === 'number' ? size / along[i] : Number.NaN,
  );
  const ratio = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return along.map((dim, i) =>
    typeof dim === 'number' && !Number.isNaN(ratio) ? Math.round(Math.fround(ratio) * dim) : unknownDim(operation, i),
  );
}

/** Upsample of opset 9: scales are the second input. */
function upsampled(operation: Operation): Shape | undefined {
  const shape = shapeOf(operation);
  const scales = contentOf(operation.inputs[1]);
  return shape?.map((dim, axis) => (scales ? scaled(operation, dim, scales[axis]!, axis) : unknownDim(operation, axis)));
}

/** One sample per point of the grid. */
function sampled(operation: Operation): Shape | undefined {
  const x = ranked(operation, 0, 3);
  const grid = ranked(operation, 1, 3);
  if (x && grid && (grid.length !== x.length || (typeof grid.at(-1) === 'number' && grid.at(-1) !== x.length - 2))) {
    reject(operation, `a grid for rank ${x.length} must be [N,...,${x.length - 2}] of rank ${x.length}`);
  }
  return x && grid && [x[0]!, x[1]!, ...grid.slice(1, -1)];
}

function affineGrid(operation: Operation): Shape | undefined {
  const size = numbersOf(operation.inputs[1]) ?? contentOf(operation.inputs[1]);
  return size && [size[0]!, ...size.slice(2), size.length - 2];
}

/** One patch per box. */
function boxes(operation: Operation): Shape {
  const channels = ranked(operation, 0, 4, 4)?.[1] ?? unknownDim(operation, 1);
  const count = ranked(operation, 1, 2, 2)?.[0] ?? unknownDim(operation, 0);
  return [count, channels, operation.int('output_height', 1), operation.int('output_width', 1)];
}

/** Batch, class and box of each kept box. */
const kept: Rule = (operation): readonly Info[] => {
  ranked(operation, 0, 3, 3);
  ranked(operation, 1, 3, 3);
  return [{ dtype: 'int64', shape: [unknownDim(operation, 0), 3] }];
};

function framed(operation: Operation): Shape | undefined {
  const x = shapeOf(operation);
  const shape = contentOf(operation.inputs[1]);
  if (!x) return undefined;
  const axes = operation.has('axes')
    ? operation.ints('axes').map((axis) => axisOf(operation, axis, x.length))
    : x.map((_, axis) => axis);
  if (!shape) return unknownShape(operation, x.length);
  return x.map((dim, axis) => (axes.includes(axis) ? shape[axes.indexOf(axis)]! : dim));
}

const sampling =
  (shape: (operation: Operation) => Shape | undefined): Rule =>
  (operation) => [{ dtype: dtypeOf(operation), shape: shape(operation) }];

export const samplings: RuleTable = {
  Resize: sampling(resized),
  Upsample: sampling(upsampled),
  GridSample: sampling(sampled),
  AffineGrid: sampling(affineGrid),
  RoiAlign: sampling(boxes),
  CenterCropPad: sampling(framed),
  NonMaxSuppression: kept,
};
