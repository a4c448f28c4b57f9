/** The sliding window of convolutions and pools, with automatic padding written out. */
import type { Dim, Operation } from '../graph.js';
import { ranked, reject, shapeOf } from './rule.js';

/** One number per spatial axis; `begins` and `ends` are the padding before and behind the data. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

export type AutoPad = 'NOTSET' | 'VALID' | 'SAME_UPPER' | 'SAME_LOWER';

/** The window as the attributes have it: padding is still to be worked out where `autoPad` is SAME. */
export interface StatedWindow extends Window {
  readonly autoPad: AutoPad;
}

/** The window with explicit padding. Throws where automatic padding needs a size that only running tells. */
export function windowOf(operation: Operation): Window {
  const { autoPad, ...window } = statedWindow(operation);
  const total = paddingRule(operation, window, autoPad.startsWith('SAME'));
  if (!total) return window;
  const totals = window.kernel.map((_, i) => total(i));
  // The odd one goes behind for SAME_UPPER, before for everything else.
  const smaller = totals.map((padding) => Math.floor(padding / 2));
  const larger = totals.map((padding) => Math.ceil(padding / 2));
  const [begins, ends] = autoPad === 'SAME_UPPER' ? [smaller, larger] : [larger, smaller];
  return { ...window, begins, ends };
}

/** The padding of an axis, both ends together; none where it is stated. */
function paddingRule(operation: Operation, window: Window, same: boolean): ((i: number) => number) | undefined {
  const size = (i: number): number => {
    const dim = shapeOf(operation)?.[i + 2];
    return typeof dim === 'number'
      ? dim
      : reject(operation, 'its padding depends on the size of its input: give the sizes of the inputs');
  };
  if (operation.op !== 'ConvTranspose') {
    // As many windows as strides fit, the last one begun.
    const reach = (i: number) => (Math.ceil(size(i) / window.strides[i]!) - 1) * window.strides[i]! + extent(window, i);
    return same ? (i) => Math.max(0, reach(i) - size(i)) : undefined;
  }
  const extra = outputPadding(operation, window);
  const aimed = outputSizes(operation, window);
  const full = (i: number) => window.strides[i]! * (size(i) - 1) + extra[i]! + extent(window, i);
  if (aimed) return (i) => Math.max(0, full(i) - aimed[i]!);
  // For an output of size * stride, whatever the size is.
  return same ? (i) => Math.max(0, extra[i]! + extent(window, i) - window.strides[i]!) : undefined;
}

/** Elements that a kernel spans along an axis. */
export const extent = ({ kernel, dilations }: Window, i: number): number => dilations[i]! * (kernel[i]! - 1) + 1;

/** `output_padding` of ConvTranspose, zeros where absent. */
export function outputPadding(operation: Operation, { kernel }: Window): readonly number[] {
  return listOf(operation, 'output_padding', kernel.length, 0, 0);
}

/** The spatial sizes of ConvTranspose's `output_shape`; some models state batch and channels before them. */
export function outputSizes(operation: Operation, { kernel }: Window): readonly number[] | undefined {
  return operation.has('output_shape') ? operation.ints('output_shape').slice(-kernel.length) : undefined;
}

export function statedWindow(operation: Operation): StatedWindow {
  const kernel = kernelOf(operation);
  const n = kernel.length;
  const data = shapeOf(operation);
  if (data && data.length !== n + 2) {
    reject(operation, `a kernel of ${n} axes needs an input of rank ${n + 2}, not ${data.length}`);
  }
  const autoPad = (operation.string('auto_pad', 'NOTSET') || 'NOTSET') as AutoPad;
  if (!['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'].includes(autoPad)) reject(operation, `unknown auto_pad "${autoPad}"`);
  const pads = autoPad === 'NOTSET' ? listOf(operation, 'pads', 2 * n, 0, 0) : new Array<number>(2 * n).fill(0);
  return {
    kernel,
    strides: listOf(operation, 'strides', n, 1, 1),
    dilations: listOf(operation, 'dilations', n, 1, 1),
    begins: pads.slice(0, n),
    ends: pads.slice(n),
    autoPad,
  };
}

/** Index of the input that holds the weights; pools have none. */
const weightInputs: Readonly<Record<string, number>> = {
  Conv: 1,
  ConvTranspose: 1,
  FusedConv: 1,
  ConvInteger: 1,
  DeformConv: 1,
  QLinearConv: 3,
};

function kernelOf(operation: Operation): readonly number[] {
  const weight = weightInputs[operation.op];
  const sizes = weight === undefined ? undefined : ranked(operation, weight, 3)?.slice(2);
  if (operation.has('kernel_shape')) {
    const stated = operation.ints('kernel_shape');
    const agrees = (dims: readonly Dim[]) =>
      dims.length === stated.length && dims.every((d, i) => typeof d === 'string' || d === stated[i]);
    if (sizes && !agrees(sizes)) reject(operation, `kernel_shape [${stated}] is not the shape of the weights`);
    if (!stated.every((size) => size > 0)) reject(operation, `kernel_shape [${stated}] must be positive`);
    return stated;
  }
  const known = sizes?.filter((size) => typeof size === 'number');
  return known && known.length === sizes?.length ? known : reject(operation, 'the size of its kernel is not known');
}

function listOf(operation: Operation, name: string, length: number, fallback: number, least: number): readonly number[] {
  if (!operation.has(name)) return new Array<number>(length).fill(fallback);
  const list = operation.ints(name);
  if (list.length === 0) return new Array<number>(length).fill(fallback);
  if (list.length !== length) reject(operation, `${name} [${list}] must have ${length} numbers`);
  if (list.some((entry) => entry < least)) reject(operation, `${name} [${list}] must be at least ${least}`);
  return list;
}
