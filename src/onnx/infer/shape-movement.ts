/** Movement of the content of small tensors: what shape arithmetic does between its sums. */
import { elementCount, stridesOf } from '../../tensor/tensor.js';
import type { Dim, Info, Operation } from '../graph.js';
import { contentOf, numberOf, smallContent } from './content.js';
import { end } from './creation.js';
import * as dims from './dims.js';
import { type Content, type ContentTable, coordinates, isStatic, readerOf } from './follow.js';
import { axisOf } from './rule.js';
import { rangesOf, startOf } from './slice.js';

/** From coordinates in the output to coordinates in the first operand. */
type Source = (at: readonly number[]) => readonly number[];

/** The same elements in the same order. */
const kept: Content = ({ inputs: [x] }) => contentOf(x);

const moved =
  (sourceOf: (operation: Operation, shape: readonly number[]) => Source | undefined): Content =>
  (operation, { shape }) => {
    const read = readerOf(operation);
    const source = read && sourceOf(operation, operation.inputs[0]!.shape as readonly number[]);
    return source && coordinates(shape).map((at) => read(source(at)));
  };

function transpose(operation: Operation, shape: readonly number[]): Source {
  const perm = operation.ints(
    'perm',
    shape.map((_, axis) => shape.length - 1 - axis),
  );
  return (at) => shape.map((_, axis) => at[perm.indexOf(axis)]!);
}

function gather(operation: Operation, shape: readonly number[]): Source | undefined {
  const [, indices] = operation.inputs;
  const chosen = contentOf(indices);
  if (!isStatic(indices?.shape) || !chosen?.every((index) => typeof index === 'number')) return undefined;
  const axis = axisOf(operation, operation.int('axis', 0), shape.length);
  const strides = stridesOf(indices.shape);
  return (at) => {
    const index = chosen[strides.reduce((i, stride, k) => i + stride * at[axis + k]!, 0)]!;
    return at.toSpliced(axis, strides.length, index < 0 ? index + shape[axis]! : index);
  };
}

function slice(operation: Operation, shape: readonly number[]): Source | undefined {
  const ranges = rangesOf(operation)?.map((range) => ({ ...range, from: startOf(range, shape[range.axis]!) as number }));
  return ranges && ((at) => ranges.reduce((to, { axis, from, step }) => to.with(axis, from + step * at[axis]!), [...at]));
}

const tile =
  (_: Operation, shape: readonly number[]): Source =>
  (at) =>
    at.map((i, axis) => i % shape[axis]!);
const expand = (): Source => (at) => at;

const concat: Content = (operation, { shape }) => {
  const parts: (readonly Dim[])[] = [];
  for (const value of operation.inputs) {
    const content = contentOf(value);
    if (!content) return undefined;
    parts.push(content);
  }
  const rows = elementCount(shape.slice(0, axisOf(operation, operation.int('axis'), shape.length)));
  const rowOf = (part: readonly Dim[], i: number) => part.slice((i * part.length) / rows, ((i + 1) * part.length) / rows);
  return Array.from({ length: rows }, (_, i) => parts.flatMap((part) => rowOf(part, i))).flat();
};

/** Parts of a vector. */
export function splitContent(operation: Operation, infos: readonly Info[]): readonly Info[] {
  const [x] = operation.inputs;
  const content = x?.rank === 1 ? contentOf(x) : undefined;
  if (!content || !infos.every((info) => isStatic(info.shape))) return infos;
  let from = 0;
  return infos.map((info) => {
    const elements = content.slice(from, from + (info.shape![0] as number));
    from += elements.length;
    return { ...info, elements };
  });
}

const range: Content = (operation, { shape }) => {
  const start = contentOf(operation.inputs[0])?.[0];
  const delta = numberOf(operation.inputs[2]);
  if (start === undefined || delta === undefined) return undefined;
  return Array.from({ length: elementCount(shape) }, (_, i) => dims.add(start, i * delta));
};

function constant({ attributes }: Operation): readonly number[] | undefined {
  const { value, value_int, value_ints, value_float, value_floats } = attributes;
  if (typeof value === 'object' && 'tensor' in value) return smallContent(value.tensor);
  if (typeof value_int === 'number') return [value_int];
  if (Array.isArray(value_ints)) return value_ints.filter((entry) => typeof entry === 'number');
  if (typeof value_float === 'object' && 'float' in value_float) return [value_float.float];
  return typeof value_floats === 'object' && 'floats' in value_floats ? value_floats.floats : undefined;
}

const filled: Content = ({ attributes: { value } }, { shape }) => {
  const filling = typeof value === 'object' && 'tensor' in value ? smallContent(value.tensor)?.[0] : 0;
  return filling === undefined ? undefined : new Array<number>(elementCount(shape)).fill(filling);
};

export const arrangement: ContentTable = {
  Shape: (operation) => operation.inputs[0]?.shape?.slice(operation.int('start', 0), end(operation)),
  Size: ({ inputs: [x] }) => x?.shape && [dims.product(x.shape)],
  Constant: constant,
  ConstantOfShape: filled,
  Range: range,
  Identity: kept,
  Reshape: kept,
  Flatten: kept,
  Squeeze: kept,
  Unsqueeze: kept,
  Transpose: moved(transpose),
  Gather: moved(gather),
  Slice: moved(slice),
  Tile: moved(tile),
  Expand: moved(expand),
  Concat: concat,
};
