/** Gradients of operators that move elements: the adjoint moves them back, and adds up where one went to several places. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import { numbersOf } from '../../onnx/infer/content.js';
import { linear, type Rule, type RuleTable, reshaped } from '../rule.js';
import { axisOf, gatherAdjoint, padTo } from './indexing.js';

/** A size along an axis, which must be known. */
export function sizeOf(x: Value, axis: number, node: Node): number {
  const size = x.shape?.[axis];
  return typeof size === 'number' ? size : fail(`${node.label}: the size of "${x.name}" along axis ${axis} must be known`);
}

function constants(node: Node, input: number): number[] | undefined {
  const value = node.inputs[input];
  return (
    value && (numbersOf(value) ?? fail(`${node.label}: its input "${value.name}" is not a constant, so it has no gradient rule`))
  );
}

const concat: Rule = ({ b, node, inputs, dy, wanted }) => {
  const axis = axisOf(node, dy, 0);
  let at = 0;
  return inputs.map((input, i) => {
    const start = at;
    at += sizeOf(input!, axis, node);
    return wanted[i] ? b.slice(dy, { starts: [start], ends: [at], axes: [axis] }) : undefined;
  });
};

/** Parts without an upstream value count as zeros. */
const split: Rule = ({ b, node, x, upstream }) => [
  b.concat(
    upstream.map((part, i) => part ?? b.zerosLike(node.outputs[i]!)),
    axisOf(node, x, 0),
  ),
];

/** Where every element along an axis is taken, zeros go before and behind; where only each n-th is, they are put at their indices. */
const slice: Rule = ({ b, node, x, dy }) => {
  const starts = constants(node, 1)!;
  const axes = (constants(node, 3) ?? starts.map((_, i) => i)).map((axis) => (axis < 0 ? axis + x.rank! : axis));
  const steps = constants(node, 4) ?? starts.map(() => 1);
  const taken = axes.map((axis, i) => {
    const size = sizeOf(x, axis, node);
    return { axis, size, step: steps[i]!, first: firstTaken(size, starts[i]!, steps[i]!) };
  });
  const padded = padTo(
    b,
    dy,
    taken.filter(({ step }) => step === 1),
  );
  const strided = taken.filter(({ step }) => step !== 1);
  return [
    strided.reduce((share, { axis, size, step, first }) => {
      const indices = Array.from({ length: sizeOf(dy, axis, node) }, (_, i) => first + i * step);
      return gatherAdjoint(b, share, axis, b.ints(indices), size);
    }, padded),
  ];
};

/** Where a slice starts: clamped as ONNX does. */
function firstTaken(size: number, start: number, step: number): number {
  const from = start < 0 ? start + size : start;
  return Math.max(0, Math.min(from, step > 0 ? size : size - 1));
}

/** Constant padding is cut off; mirrored, repeated and wrapped elements come from indices, and go back there. */
const pad: Rule = ({ b, node, x, dy }) => {
  const rank = x.rank ?? fail(`${node.label}: the rank of "${x.name}" is unknown`);
  const axes = (constants(node, 3) ?? Array.from({ length: rank }, (_, i) => i)).map((axis) => (axis < 0 ? axis + rank : axis));
  const amounts = constants(node, 1)!;
  const pads = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, i) => {
    pads[axis] = amounts[i]!;
    pads[axis + rank] = amounts[i + axes.length]!;
  });
  const mode = node.string('mode', 'constant');
  if (mode === 'constant')
    return [
      b.pad(
        dy,
        pads.map((amount) => (amount === 0 ? 0 : -amount)),
      ),
    ];
  return [
    axes.reduce((share, axis) => {
      if (pads[axis] === 0 && pads[axis + rank] === 0) return share;
      const size = sizeOf(x, axis, node);
      const indices = Array.from({ length: size + pads[axis]! + pads[axis + rank]! }, (_, i) =>
        paddedIndex(mode, i - pads[axis]!, size),
      );
      return gatherAdjoint(b, share, axis, b.ints(indices), size);
    }, dy),
  ];
};

/** The element that stands at a place outside [0, size). */
function paddedIndex(mode: string, place: number, size: number): number {
  const modulo = (value: number, period: number) => ((value % period) + period) % period;
  if (mode === 'edge') return Math.min(size - 1, Math.max(0, place));
  if (mode === 'wrap') return modulo(place, size);
  const period = Math.max(1, 2 * (size - 1));
  const folded = modulo(place, period);
  return folded < size ? folded : period - folded;
}

/** Each axis of y is `repeats` copies of the axis of x: they are told apart by a reshape, and summed. */
const tile: Rule = ({ b, node, x, dy }) => {
  const repeats = constants(node, 1)!;
  const symbolic = x.shape!.filter((size) => typeof size !== 'number').length;
  if (symbolic > 1) fail(`${node.label}: more than one size of "${x.name}" is known only at run time`);
  const apart = b.reshape(
    dy,
    x.shape!.flatMap((size, axis) => [repeats[axis]!, typeof size === 'number' ? size : -1]),
  );
  const copies = repeats.flatMap((count, axis) => (count === 1 ? [] : [2 * axis]));
  return [b.reshapeLike(b.reduceSum(apart, copies, false), x)];
};

/** [N, C, H, W] with blocks of b x b pixels as channels, and back. */
function blocks(b: Builder, dy: Value, node: Node, order: 'DCR' | 'CRD'): Value {
  const block = node.int('blocksize');
  const [channels, height, width] = [1, 2, 3].map((axis) => sizeOf(dy, axis, node)) as [number, number, number];
  const apart = b.reshape(dy, [-1, channels, height / block, block, width / block, block]);
  const moved = b.transpose(apart, order === 'DCR' ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]);
  return b.reshape(moved, [-1, channels * block * block, height / block, width / block]);
}

const inverse = (perm: readonly number[]) => perm.map((_, axis) => perm.indexOf(axis));

export const movement = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: linear(({ b, node, x, dy }) =>
    b.transpose(dy, inverse(node.ints('perm', x.shape?.map((_, axis) => axis).reverse()))),
  ),
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Expand: linear(({ b, x, dy }) => b.sumTo(dy, x)),
  Tile: tile,
  DepthToSpace: linear(({ b, node, dy }) => blocks(b, dy, node, node.string('mode', 'DCR') as 'DCR' | 'CRD')),
  SpaceToDepth: linear(({ b, node, dy }) => b.op('DepthToSpace', [dy], { blocksize: node.int('blocksize'), mode: 'DCR' })),
  ReverseSequence: linear(({ b, node, inputs: [, lengths], dy }) => b.op('ReverseSequence', [dy, lengths], node.attributes)),
  Trilu: linear(({ b, node, inputs: [, k], dy }) => b.op('Trilu', k ? [dy, k] : [dy], { upper: node.int('upper', 1) })),
} satisfies RuleTable;
