/** Follows what small tensors hold, so that exporters' arithmetic on shapes is known without running anything. */
import { elementCount, stridesOf } from '../../tensor/tensor.js';
import type { Dim, Info, Operation, Shape } from '../graph.js';
import type { DType } from '../tensor.js';
import { contentOf, most } from './content.js';

/** The content of the first output, row by row; none, or gaps, where it is not known. */
export type Content = (operation: Operation, output: Output) => readonly (Dim | undefined)[] | undefined;
export type ContentTable = Readonly<Record<string, Content>>;

/** What is known of an output whose content is asked for. */
export interface Output {
  readonly dtype: DType | undefined;
  readonly shape: readonly number[];
}

/** Adds to what is known of an operator's first output what it holds. */
export function withContent(operation: Operation, infos: readonly Info[], content: Content | undefined): readonly Info[] {
  const [first, ...others] = infos;
  if (!content || !first || !isStatic(first.shape) || elementCount(first.shape) > most) return infos;
  const elements = content(operation, { dtype: first.dtype, shape: first.shape });
  return elements?.every((element) => element !== undefined) ? [{ ...first, elements }, ...others] : infos;
}

export const isStatic = (shape: Shape | undefined): shape is readonly number[] =>
  !!shape?.every((dim) => typeof dim === 'number');

/** The coordinates of each element of a shape, in row-major order. */
export function coordinates(shape: readonly number[]): number[][] {
  const strides = stridesOf(shape);
  return Array.from({ length: elementCount(shape) }, (_, i) => shape.map((size, axis) => Math.floor(i / strides[axis]!) % size));
}

/** Reads an operand at coordinates; axes of size 1 repeat, and leading ones may be missing. */
export function readerOf(operation: Operation, index = 0): ((at: readonly number[]) => Dim) | undefined {
  const value = operation.inputs[index];
  const content = contentOf(value);
  const shape = value?.shape;
  if (!content || !isStatic(shape)) return undefined;
  const steps = stridesOf(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride));
  return (at) => content[steps.reduce((i, step, axis) => i + step * at[at.length - steps.length + axis]!, 0)]!;
}
