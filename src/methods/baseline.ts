/** Baselines: what an input is compared with. */
import { fail } from '../errors.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { floats } from '../onnx/tensor.js';
import type { NamedArray, OptionSpecs } from '../options.js';
import { random } from '../tensor/random.js';
import { elementCount, firstNonFinite } from '../tensor/tensor.js';
import { blurMatrix, blurred } from './gaussian.js';
import { imageGrid } from './layout.js';
import type { Layout, Row, Workbench } from './method.js';

export const baselineOption = {
  baseline: {
    type: 'array',
    names: ['mean', 'blur'],
    default: 0,
    description:
      'what the input is compared with: a number; a .npy of the input; mean, the average of each channel; or blur, the input blurred',
  },
} as const satisfies OptionSpecs;

/** The same, and random ones; arrays with several rows are averaged over, unless there is one for each row of the input. */
export const baselinesOption = {
  baseline: {
    type: 'array',
    names: ['mean', 'blur', 'random'],
    default: 0,
    description:
      'what the input is compared with: a number; a .npy with one or several inputs; mean, the average of each channel; blur, the input blurred; or random, uniform noise in its range',
  },
  baselines: { type: 'number', default: 1, min: 1, integer: true, description: 'how many random baselines are averaged over' },
  seed: { type: 'number', default: 0, integer: true, description: 'of the random numbers' },
} as const satisfies OptionSpecs;

export type Baseline = number | NamedArray | 'mean' | 'blur';

/** How far a blurred baseline is blurred, as a part of the larger side. */
const BLUR = 1 / 20;

/** A baseline as a value of the graph, of the input's shape. An array has one row for all, or one for each of the input's. */
export function baselineIn(b: Builder, input: Value, baseline: Baseline, layout: Layout): Value {
  if (typeof baseline === 'number') return b.expandLike(b.scalar(baseline, input.dtype), input);
  if (baseline === 'mean') return b.expandLike(b.reduceMean(input, layout === 'NCHW' ? [2, 3] : [1, 2]), input);
  const shape = input.shape!.slice(1) as number[];
  if (baseline === 'blur') {
    const grid = imageGrid([1, ...shape], layout);
    const sigma = Math.max(...grid) * BLUR;
    const [rows, columns] = grid.map((size) => b.constant(floats(blurMatrix(size, sigma, 'edge'), [size, size])));
    return blurred(b, input, b.cast(rows!, input.dtype!), b.cast(columns!, input.dtype!), layout);
  }
  const rows = rowsOfBaseline(baseline, shape).length;
  if (rows > 1 && typeof input.shape![0] === 'number' && input.shape![0] !== rows)
    fail(`the model takes ${input.shape![0]} row at a time, and the baseline has ${rows}; give a single one`);
  const constant = b.cast(b.constant(floats(baseline.data, [rows, ...shape])), input.dtype!);
  return rows > 1 ? constant : b.expandLike(constant, input);
}

/** Yields the baselines of a row, as arrays. As many as there are rows are one for each, as with Captum; others are all for every row. */
export async function baselinesOf({
  load,
  shape,
  options,
}: Pick<Workbench, 'load' | 'shape'> & {
  readonly options: { readonly baseline: Baseline | 'random'; readonly baselines?: number; readonly seed?: number };
}): Promise<(row: Row) => Promise<Float32Array[]>> {
  const { baseline, baselines = 1, seed = 0 } = options;
  if (baseline === 'random') {
    return async ({ input }) => {
      const { uniform } = random(seed);
      const { low, high } = rangeOf(input.data);
      return Array.from({ length: baselines }, () => input.data.map(() => low + (high - low) * uniform()));
    };
  }
  if (typeof baseline === 'object') {
    const all = rowsOfBaseline(baseline, shape.slice(1));
    return async ({ index, rows }) => (rows > 1 && all.length === rows ? [all[index]!] : all);
  }
  if (typeof baseline === 'number') return async ({ input }) => [new Float32Array(input.data.length).fill(baseline)];
  const piece = await load(({ b, input, layout }) => ({ baseline: baselineIn(b, input, baseline, layout) }));
  return async (row) => [(await piece(row)).baseline!.data];
}

/** The single baseline of a row. */
export async function baselineOf(
  bench: Pick<Workbench, 'load' | 'shape'> & { readonly options: { readonly baseline: Baseline } },
): Promise<(row: Row) => Promise<Float32Array>> {
  const all = await baselinesOf(bench);
  return async (row) => {
    const [one, ...others] = await all(row);
    return others.length ? fail('this method takes a single baseline, not several') : one!;
  };
}

/** Smallest and largest value. */
export function rangeOf(values: Float32Array): { low: number; high: number } {
  return values.reduce(({ low, high }, value) => ({ low: Math.min(low, value), high: Math.max(high, value) }), {
    low: Number.POSITIVE_INFINITY,
    high: Number.NEGATIVE_INFINITY,
  });
}

function rowsOfBaseline({ shape, data, name = 'the baseline' }: NamedArray, wanted: readonly number[]): Float32Array[] {
  if (firstNonFinite(data) >= 0) fail(`${name} is not finite: element ${firstNonFinite(data)} is ${data[firstNonFinite(data)]}`);
  const row = shape.length === wanted.length ? shape : shape.slice(1);
  if (row.length !== wanted.length || row.some((size, i) => size !== wanted[i]))
    fail(`${name} has the shape [${shape.join(', ')}], and the input [1, ${wanted.join(', ')}]`);
  const size = elementCount(wanted);
  return Array.from({ length: data.length / size }, (_, i) => data.subarray(i * size, (i + 1) * size));
}
