/**
 * Gradients of convolutions. The input's share is the transposed convolution of dy; with stride 1 that is a convolution with
 * flipped kernels, which runs 1.2 to 13 times faster. The flip is a graph over the weights, which the runtime folds at load.
 */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import { extent, outputPadding, type Window, windowOf } from '../../onnx/infer/window.js';
import type { Rule, RuleTable } from '../rule.js';

const all = (list: readonly number[], wanted: number) => list.every((entry) => entry === wanted);

/** The static sizes of a value's spatial axes. */
export function spatialSizes(value: Value, node: Node): number[] {
  const sizes = value.shape?.slice(2) ?? [];
  return sizes.map((size) =>
    typeof size === 'number'
      ? size
      : fail(`${node.label}: the size of "${value.name}" must be known; give the sizes of the input`),
  );
}

/** Kernels for the way back at stride 1: input and output channels exchanged within each group, all spatial axes reversed. */
export function flipped(b: Builder, weight: Value, group: number): Value {
  const [outputs, inputs, ...kernel] = weight.shape as number[];
  const exchanged = exchangeChannels(b, weight, group, outputs!, inputs!, kernel);
  const axes = kernel.flatMap((size, i) => (size > 1 ? [i + 2] : []));
  if (axes.length === 0) return exchanged;
  const each = (value: number) => axes.map(() => value);
  return b.slice(exchanged, { starts: each(-1), ends: each(Number.MIN_SAFE_INTEGER), axes, steps: each(-1) });
}

function exchangeChannels(
  b: Builder,
  weight: Value,
  group: number,
  outputs: number,
  inputs: number,
  kernel: readonly number[],
): Value {
  if (inputs === 1 && outputs === group) return weight;
  const spatial = kernel.map((_, i) => i);
  if (group === 1) return b.transpose(weight, [1, 0, ...spatial.map((i) => i + 2)]);
  const grouped = b.reshape(weight, [group, outputs / group, inputs, ...kernel]);
  const swapped = b.transpose(grouped, [0, 2, 1, ...spatial.map((i) => i + 3)]);
  return b.reshape(swapped, [group * inputs, outputs / group, ...kernel]);
}

/** The adjoint of a convolution in its input: what `dy` over the output grid means over the grid of x. */
export function convolutionAdjoint(b: Builder, dy: Value, weight: Value, window: Window, group: number, x: Value): Value {
  const { kernel, strides, dilations, begins, ends } = window;
  const reach = kernel.map((_, i) => extent(window, i) - 1);
  const attributes = { kernel_shape: kernel, dilations, group };
  const back = [...begins.map((pad, i) => reach[i]! - pad), ...ends.map((pad, i) => reach[i]! - pad)];
  if (all(strides, 1) && back.every((pad) => pad >= 0)) {
    return b.op('Conv', [dy, flipped(b, weight, group)], { ...attributes, pads: back, strides });
  }
  const unreached = strides.map((stride, i) => {
    const [size, windows] = [x.shape?.[i + 2], dy.shape?.[i + 2]];
    const isKnown = typeof size === 'number' && typeof windows === 'number';
    return isKnown ? begins[i]! + size + ends[i]! - ((windows - 1) * stride + reach[i]! + 1) : stride - 1;
  });
  // What no window reached, at the end of an axis, has no share; what windows reached beyond the input is cut off.
  const rest = unreached.map((count, i) => count - ends[i]!);
  const share = b.op('ConvTranspose', [dy, weight], {
    ...attributes,
    strides,
    pads: [...begins, ...rest.map((r) => Math.max(0, -r))],
    output_padding: rest.map((r) => Math.max(0, r)),
  });
  return all(strides, 1) ? share : cutTo(b, share, x);
}

/** Cuts a value to the spatial sizes of another; those known only at run time are read then. */
function cutTo(b: Builder, value: Value, like: Value): Value {
  const sizes = like.shape?.slice(2) ?? [];
  if (sizes.every((size, i) => typeof size === 'number' && size === value.shape?.[i + 2])) return value;
  const ends = sizes.every((size) => typeof size === 'number') ? b.ints(sizes) : b.op('Shape', [like], { start: 2 });
  return b.op('Slice', [value, b.ints(sizes.map(() => 0)), ends, b.ints(sizes.map((_, i) => i + 2))]);
}

/**
 * The gradient in the kernels: the correlation of x with dy, which is a convolution with batch and channels exchanged, the strides
 * and dilations too. `x` is the operand over the dense grid, `dy` the one over the strided grid.
 */
function kernelGradient(b: Builder, x: Value, dy: Value, window: Window, group: number): Value {
  const { kernel, strides, dilations, begins, ends } = window;
  const spatial = kernel.map((_, i) => i + 2);
  const correlated = b.op('Conv', [channelsFirst(b, x, group), b.transpose(dy, [1, 0, ...spatial])], {
    strides: dilations,
    dilations: strides,
    pads: [...begins, ...ends],
    group,
  });
  const cut = b.slice(correlated, { starts: kernel.map(() => 0), ends: [...kernel], axes: spatial });
  return b.transpose(cut, [1, 0, ...spatial]);
}

/** [N, C, ...] as [C, N, ...]; with groups, their batches side by side: [C / G, G N, ...]. */
function channelsFirst(b: Builder, x: Value, group: number): Value {
  const [, channels, ...sizes] = x.shape as number[];
  const spatial = sizes.map((_, i) => i + 2);
  if (group === 1) return b.transpose(x, [1, 0, ...spatial]);
  const grouped = b.reshape(x, [0, group, channels! / group, ...sizes]);
  return b.reshape(b.transpose(grouped, [2, 1, 0, ...spatial.map((axis) => axis + 1)]), [channels! / group, -1, ...sizes]);
}

const biasGradient = (b: Builder, dy: Value): Value =>
  b.reduceSum(
    dy,
    dy.shape!.map((_, axis) => axis).filter((axis) => axis !== 1),
    false,
  );

const conv: Rule = ({ b, node, x, inputs, dy, wanted }) => {
  const window = windowOf(node);
  const group = node.int('group', 1);
  return [
    wanted[0] ? convolutionAdjoint(b, dy, inputs[1]!, window, group, x) : undefined,
    wanted[1] ? kernelGradient(b, x, dy, window, group) : undefined,
    wanted[2] ? biasGradient(b, dy) : undefined,
  ];
};

/** The adjoint of a transposed convolution is the convolution itself. */
const convTranspose: Rule = ({ b, node, x, inputs, dy, wanted }) => {
  const window = windowOf(node);
  const { kernel, strides, dilations, begins, ends } = window;
  const group = node.int('group', 1);
  const share = () => {
    const attributes = { kernel_shape: kernel, strides, dilations, group, pads: [...begins, ...ends] };
    const result = b.op('Conv', [dy, inputs[1]!], attributes);
    // Output padding of a stride or more lets another window fit.
    const fits = !node.has('output_shape') && outputPadding(node, window).every((pad, i) => pad < strides[i]!);
    return fits ? result : cutTo(b, result, x);
  };
  return [
    wanted[0] ? share() : undefined,
    wanted[1] ? kernelGradient(b, dy, x, window, group) : undefined,
    wanted[2] ? biasGradient(b, dy) : undefined,
  ];
};

export const convolution = { Conv: conv, ConvTranspose: convTranspose } satisfies RuleTable;
