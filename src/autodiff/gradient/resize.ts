/**
 * Gradient of Resize. Resizing is linear and separable: along each axis the output is a fixed matrix times the input, so the
 * gradient is its transpose. Where the matrix merely repeats every element k times, the transpose is a sum over blocks of k, which
 * is an average pool.
 */
import { fail } from '../../errors.js';
import { type Builder, sameShape } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import { numbersOf } from '../../onnx/infer/content.js';
import { floats } from '../../onnx/tensor.js';
import { elementCount } from '../../tensor/tensor.js';
import type { Rule, RuleTable } from '../rule.js';
import { type AxisResampling, interpolationMatrix } from './interpolation.js';

const resize: Rule = ({ b, node, x, y, dy }) => {
  const axes = resampledAxes(node, x, y);
  const times = dy.shape!.map((_, axis) => axes.find((resampled) => resampled.axis === axis)?.times ?? 1);
  const share = axes
    .filter(({ times }) => !times)
    .reduce((value, resampled) => alongAxis(b, value, resampled), blockSums(b, dy, times));
  return [b.reshapeLike(share, x)];
};

/** Sums over blocks of so many elements along each axis. */
function blockSums(b: Builder, dy: Value, times: readonly number[]): Value {
  if (times.every((k) => k === 1)) return dy;
  const kernel = times.slice(2);
  return b.mul(b.op('AveragePool', [dy], { kernel_shape: kernel, strides: kernel }), elementCount(kernel));
}

interface ResampledAxis {
  readonly axis: number;
  readonly resampling: AxisResampling;
  /** [output, input]. */
  readonly matrix: Float32Array;
  /** How often each element of a spatial axis is repeated, where that is all. */
  readonly times: number | undefined;
}

/**
 * How each axis that changes is resampled; `axes` names those that scales, sizes and roi speak of. What counts as unchanged is ONNX
 * Runtime's choice: a tensor that keeps its shape, and an axis of scale 1, even where a region is stated for it.
 */
function resampledAxes(node: Node, x: Value, y: Value): ResampledAxis[] {
  if (sameShape(x.shape, y.shape)) return [];
  const rank = x.rank ?? fail(`${node.label}: the rank of "${x.name}" is unknown`);
  const stated = node.has('axes') ? node.ints('axes') : Array.from({ length: rank }, (_, axis) => axis);
  const roi = numbersOf(node.inputs[1]) ?? [];
  const mode = node.string('coordinate_transformation_mode', 'half_pixel');
  const scales = node.inputs[2] && nonEmpty(numbersOf(node.inputs[2]));
  return stated.flatMap((statedAxis, i) => {
    const axis = statedAxis < 0 ? statedAxis + rank : statedAxis;
    const [input, output] = [x.shape?.[axis], y.shape?.[axis]];
    const scale = scales?.[i];
    // With antialias also any axis that keeps its size.
    if (scale === 1 || (input === output && (scale === undefined || node.int('antialias', 0)))) return [];
    const region: [number, number] = [roi[i] ?? 0, roi[i + stated.length] ?? 1];
    const resampling = (from: number, to: number) => ({
      node,
      input: from,
      output: to,
      scale: scale ?? Math.fround(to / from),
      region,
    });
    if (typeof input === 'number' && typeof output === 'number') return [resampledAxis(axis, resampling(input, output))];
    // Whether elements are merely repeated shows on any size, as far as places depend on none.
    const sample = scale && sizeless.has(mode) ? resampledAxis(axis, resampling(8, Math.floor(8 * scale))) : undefined;
    if (sample?.times) return [sample];
    return fail(`${node.label}: the size of "${x.name}" along axis ${axis} must be known; give the sizes of the input`);
  });
}

const sizeless: ReadonlySet<string> = new Set(['half_pixel', 'pytorch_half_pixel', 'asymmetric']);

function resampledAxis(axis: number, resampling: AxisResampling): ResampledAxis {
  const matrix = interpolationMatrix(resampling);
  const times = axis >= 2 ? repetitions(matrix, resampling.input, resampling.output) : undefined;
  return { axis, resampling, matrix, times };
}

const nonEmpty = (list: number[] | undefined) => (list?.length ? list : undefined);

/** Multiplies by the transpose of the axis's matrix. */
function alongAxis(b: Builder, dy: Value, { axis, resampling: { input, output }, matrix }: ResampledAxis): Value {
  const shape = dy.shape!;
  const constant = (values: ArrayLike<number>, dims: number[]) => b.cast(b.constant(floats(values, dims)), dy.dtype ?? 'float32');
  const rank = shape.length;
  if (axis === rank - 2) return b.matMul(constant(transpose(matrix, output, input), [input, output]), dy);
  const last = shape.map((_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
  return b.transpose(b.matMul(b.transpose(dy, last), constant(matrix, [output, input])), last);
}

/** k, where output i is exactly input floor(i / k). */
function repetitions(matrix: Float32Array, input: number, output: number): number | undefined {
  const k = output / input;
  if (!Number.isInteger(k)) return undefined;
  for (let o = 0; o < output; o++) {
    for (let i = 0; i < input; i++) if (matrix[o * input + i] !== (i === Math.floor(o / k) ? 1 : 0)) return undefined;
  }
  return k;
}

function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) result[c * rows + r] = matrix[r * columns + c]!;
  return result;
}

export const resizing = { Resize: resize } satisfies RuleTable;
