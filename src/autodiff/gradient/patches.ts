/** Gradients of operators that lay elements out in space: patches summed into an image, maxima put back where they were, frames. */
import { fail } from '../../errors.js';
import type { Value } from '../../onnx/graph.js';
import { numbersOf } from '../../onnx/infer/content.js';
import { numbers } from '../../onnx/tensor.js';
import { elementCount } from '../../tensor/tensor.js';
import { linear, type Rule, type RuleContext, type RuleTable } from '../rule.js';
import { sizeOf } from './movement.js';

const int = (value: number) => numbers('int64', [value], []);

const combined = (lists: readonly (readonly number[])[], sizes: readonly number[]): number[] =>
  lists.reduce<number[]>((before, list, i) => before.flatMap((index) => list.map((next) => index * sizes[i]! + next)), [0]);

/** Each element of a patch was added to one place: it gets what flows back there. */
const col2Im: Rule = linear(({ b, node, inputs, dy }) => {
  const [image, block] = [1, 2].map(
    (i) => numbersOf(inputs[i]) ?? fail(`${node.label}: its sizes are not constant, so it has no gradient rule`),
  ) as [number[], number[]];
  const list = (name: string, length: number, fallback: number) => node.ints(name, new Array<number>(length).fill(fallback));
  const n = image.length;
  const [strides, dilations, pads] = [list('strides', n, 1), list('dilations', n, 1), list('pads', 2 * n, 0)];
  const sizes = image.map((size, i) => size + pads[i]! + pads[i + n]!);
  const blocks = sizes.map((size, i) => Math.floor((size - dilations[i]! * (block[i]! - 1) - 1) / strides[i]!) + 1);
  const range = (count: number, step: number) => Array.from({ length: count }, (_, k) => k * step);
  const inBlock = combined(
    block.map((count, i) => range(count, dilations[i]!)),
    sizes,
  );
  const starts = combined(
    blocks.map((count, i) => range(count, strides[i]!)),
    sizes,
  );
  const padded = b.pad(dy, [0, 0, ...pads.slice(0, n), 0, 0, ...pads.slice(n)]);
  const flat = b.reshape(padded, [0, 0, elementCount(sizes)]);
  const places = b.ints(inBlock.flatMap((offset) => starts.map((start) => start + offset)));
  return b.reshape(b.gather(flat, places, 2), [0, sizeOf(dy, 1, node) * elementCount(block), elementCount(blocks)]);
});

/** Each maximum gets what flows back at its place. Of several that were put on one place the last is there. */
const maxUnpool: Rule = ({ b, node, x, inputs: [, indices], y, dy }) => {
  const places = b.reshape(indices!, [-1]);
  const taken = (from: Value) => b.gather(b.reshape(from, [-1]), places, 0);
  const [kernel, strides] = [node.ints('kernel_shape'), node.ints('strides', [])];
  const overlap = kernel.some((size, i) => size > (strides[i] ?? 1));
  if (!overlap) return [b.reshapeLike(taken(dy), x)];
  return [b.reshapeLike(b.mul(taken(dy), lastAt({ b, x, y }, places)), x)];
};

/** 1 for the last element of x that goes to a place, 0 for those before it. */
function lastAt({ b, x, y }: Pick<RuleContext, 'b' | 'x' | 'y'>, places: Value): Value {
  const sizeOfAll = (value: Value) => b.reshape(b.op('Size', [value]), [1]);
  const count = b.squeeze(sizeOfAll(x), [0]);
  const order = b.op('Range', [b.constant(int(0)), count, b.constant(int(1))]);
  const nothing = b.op('Expand', [b.constant(int(-1)), sizeOfAll(y)]);
  const winners = b.op('ScatterElements', [nothing, places, order], { axis: 0 });
  return b.mask(b.equal(b.gather(winners, places, 0), order), x);
}

/** Cropping the middle is undone by padding around it, and the other way round. */
const centred: Rule = linear(({ b, node, x, dy }) => {
  const axes = node.has('axes') ? node.ints('axes') : x.shape!.map((_, axis) => axis);
  const whole = b.shapeOf(x);
  const sizes = node.has('axes') ? b.gather(whole, b.ints(axes.map((axis) => (axis < 0 ? axis + x.rank! : axis))), 0) : whole;
  return b.op('CenterCropPad', [dy, sizes], node.attributes);
});

export const patches = { Col2Im: col2Im, MaxUnpool: maxUnpool, CenterCropPad: centred } satisfies RuleTable;
