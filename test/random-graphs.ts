/** Random graphs of the operators that have gradients: programs of steps, each of which takes values that are there already. */
import { Builder } from '../src/onnx/builder.js';
import type { Value } from '../src/onnx/graph.js';
import { floats } from '../src/onnx/tensor.js';
import { elementCount } from '../src/tensor/tensor.js';
import type { Scene } from './finite-differences.js';
import { type Random, randomOf } from './samples.js';

/** One step: an operator, which values it takes (counted back from the last), and a number that it may use for its attributes. */
export interface Step {
  readonly operator: string;
  readonly picks: readonly [number, number];
  readonly parameter: number;
}

interface Making {
  readonly b: Builder;
  readonly x: Value;
  /** Another value that there is. */
  readonly other: Value;
  readonly parameter: number;
  /** A constant of random numbers. */
  readonly constant: (shape: readonly number[], scale?: number) => Value;
}

/** Yields nothing where the operator does not fit the value. */
type Maker = (making: Making) => Value | undefined;

const shapeOf = ({ shape }: Value) => shape as readonly number[];
const isImage = (x: Value) => x.rank === 4 && shapeOf(x)[2]! >= 3 && shapeOf(x)[3]! >= 3;
const same = (a: Value, c: Value) => String(a.shape) === String(c.shape);

const unary =
  (op: string, attributes: Record<string, { float: number }> = {}): Maker =>
  ({ b, x }) =>
    b.op(op, [x], attributes);
/** With the other value where it has the same shape, else with a constant that broadcasts. */
const binary =
  (op: string): Maker =>
  ({ b, x, other, constant }) =>
    b.op(op, [x, same(x, other) ? other : constant([shapeOf(x).at(-1)!])]);
const image =
  (make: (making: Making, channels: number) => Value | undefined): Maker =>
  (making) =>
    isImage(making.x) ? make(making, shapeOf(making.x)[1]!) : undefined;

export const makers: Readonly<Record<string, Maker>> = {
  Tanh: unary('Tanh'),
  Sigmoid: unary('Sigmoid'),
  Softplus: unary('Softplus'),
  Softsign: unary('Softsign'),
  Erf: unary('Erf'),
  Relu: unary('Relu'),
  LeakyRelu: unary('LeakyRelu', { alpha: { float: 0.3 } }),
  Elu: unary('Elu'),
  HardSwish: unary('HardSwish'),
  Mish: unary('Mish'),
  Abs: unary('Abs'),
  Sin: unary('Sin'),
  Exp: ({ b, x }) => b.exp(b.tanh(x)),
  Sqrt: ({ b, x }) => b.sqrt(b.add(b.square(x), 0.5)),
  Clip: ({ b, x }) => b.op('Clip', [x, b.scalar(-0.6), b.scalar(0.7)]),
  Add: binary('Add'),
  Sub: binary('Sub'),
  Mul: binary('Mul'),
  Max: binary('Max'),
  Min: binary('Min'),
  Div: ({ b, x, other }) => b.div(x, b.add(b.square(same(x, other) ? other : x), 0.7)),
  PRelu: ({ b, x, constant }) => b.op('PRelu', [x, constant([shapeOf(x).at(-1)!])]),
  Where: ({ b, x, other }) => b.where(b.greater(x, 0.1), same(x, other) ? other : b.neg(x), x),
  Softmax: ({ b, x, parameter }) => b.op('Softmax', [x], { axis: parameter % x.rank! }),
  LogSoftmax: ({ b, x }) => b.op('LogSoftmax', [x], { axis: -1 }),
  LayerNormalization: ({ b, x, constant }) =>
    b.op('LayerNormalization', [x, constant([shapeOf(x).at(-1)!]), constant([shapeOf(x).at(-1)!])], { epsilon: { float: 0.05 } }),
  InstanceNormalization: image(({ b, x, constant }, c) =>
    b.op('InstanceNormalization', [x, constant([c]), constant([c])], { epsilon: { float: 0.05 } }),
  ),
  BatchNormalization: image(({ b, x, constant }, c) =>
    b.op('BatchNormalization', [
      x,
      constant([c]),
      constant([c]),
      constant([c]),
      b.constant(floats(new Float32Array(c).fill(0.8))),
    ]),
  ),
  Conv: image(({ b, x, constant, parameter }, c) => {
    const [stride, dilation] = [1 + (parameter % 2), 1 + ((parameter >> 1) % 2)];
    const grouped = parameter % 3 === 0;
    const attributes = {
      pads: [dilation, 1, 1, dilation],
      strides: [stride, 1],
      dilations: [dilation, 1],
      group: grouped ? c : 1,
    };
    return b.op('Conv', [x, constant([grouped ? c : 3, grouped ? 1 : c, 3, 3], 0.4), constant([grouped ? c : 3])], attributes);
  }),
  ConvTranspose: image(({ b, x, constant, parameter }, c) =>
    b.op('ConvTranspose', [x, constant([c, 2, 3, 3], 0.4)], { strides: [1 + (parameter % 2), 2], pads: [1, 1, 0, 1] }),
  ),
  MaxPool: image(({ b, x, parameter }) =>
    b.op('MaxPool', [x], { kernel_shape: [3, 2], strides: [2, 1 + (parameter % 2)], pads: [1, 0, 1, 0] }),
  ),
  AveragePool: image(({ b, x, parameter }) =>
    b.op('AveragePool', [x], { kernel_shape: [2, 3], strides: [1, 2], pads: [0, 1, 0, 1], count_include_pad: parameter % 2 }),
  ),
  GlobalAveragePool: image(({ b, x }) => b.op('GlobalAveragePool', [x])),
  Resize: image(({ b, x, parameter }) =>
    b.op('Resize', [x, undefined, b.constant(floats([1, 1, 2, 1.5]))], { mode: parameter % 2 ? 'linear' : 'nearest' }),
  ),
  DepthToSpace: image(({ b, x, constant }, c) =>
    b.op('DepthToSpace', [b.op('Conv', [x, constant([4, c, 1, 1], 0.7)])], { blocksize: 2 }),
  ),
  Transpose: ({ b, x, parameter }) => b.transpose(x, rotated(x.rank!, parameter)),
  Reshape: ({ b, x }) => b.reshape(x, x.rank === 2 && elementCount(shapeOf(x)) % 2 === 0 ? [2, -1] : [shapeOf(x)[0]!, -1]),
  Unflatten: ({ b, x }) => (elementCount(shapeOf(x)) % 12 === 0 ? b.reshape(x, [1, -1, 4, 3]) : undefined),
  Slice: ({ b, x, parameter }) => {
    const axis = parameter % x.rank!;
    return shapeOf(x)[axis]! > 2 ? b.slice(x, { starts: [-1], ends: [-100], axes: [axis], steps: [-2] }) : undefined;
  },
  Pad: ({ b, x, parameter }) => {
    const sides = Array.from({ length: 2 * x.rank! }, (_, i) => (i % x.rank! === x.rank! - 1 ? 1 : 0));
    const reflects = parameter % 2 === 1 && shapeOf(x).at(-1)! > 1;
    return reflects ? b.op('Pad', [x, b.ints(sides)], { mode: 'reflect' }) : b.pad(x, sides, 0.3);
  },
  Concat: ({ b, x, other, parameter }) => b.concat([x, same(x, other) ? other : x], parameter % x.rank!),
  Gather: ({ b, x, parameter }) => b.gather(x, b.ints([0, shapeOf(x)[parameter % x.rank!]! - 1, 0]), parameter % x.rank!),
  ReduceMean: ({ b, x, parameter }) => b.reduceMean(x, [parameter % x.rank!]),
  ReduceMax: ({ b, x, parameter }) => b.reduceMax(x, [parameter % x.rank!]),
  ReduceL2: ({ b, x, parameter }) => b.reduce('ReduceL2', b.add(x, 1.5), [parameter % x.rank!]),
  ReduceLogSumExp: ({ b, x, parameter }) => b.reduce('ReduceLogSumExp', x, [parameter % x.rank!]),
  MatMul: ({ b, x, constant }) => b.matMul(x, constant([shapeOf(x).at(-1)!, 4], 0.6)),
  Gemm: ({ b, x, constant }) =>
    x.rank === 2
      ? b.op('Gemm', [x, constant([3, shapeOf(x)[1]!], 0.5), constant([3])], {
          transB: 1,
          alpha: { float: 0.7 },
          beta: { float: 1.5 },
        })
      : undefined,
  Gram: ({ b, x }) => {
    const axes = rotated(x.rank!, 0);
    return b.matMul(x, b.transpose(x, [...axes.slice(0, -2), x.rank! - 1, x.rank! - 2]));
  },
  CumSum: ({ b, x, parameter }) =>
    b.op('CumSum', [x, b.squeeze(b.ints([parameter % x.rank!]), [0])], { exclusive: parameter % 2 }),
};

/** The axes from 0, the last `by` of them moved to the front. */
function rotated(rank: number, by: number): number[] {
  return Array.from({ length: rank }, (_, i) => (i + by) % rank);
}

/** Values larger than this are not built upon. */
const LARGEST = 3000;

/** The graph of a program; steps that do not fit are left out. */
export function sceneOf(steps: readonly Step[]): Scene {
  const b = new Builder(18);
  const random: Random = randomOf('weights');
  const x = b.input('x', 'float32', [1, 2, 6, 5]);
  const values: Value[] = [x];
  const constant = (shape: readonly number[], scale = 1) =>
    b.constant(
      floats(
        Array.from({ length: elementCount(shape) }, () => scale * (2 * random() - 1)),
        shape,
      ),
    );
  for (const { operator, picks, parameter } of steps) {
    const pick = (back: number) => values[values.length - 1 - (back % values.length)]!;
    const made = makers[operator]!({ b, x: pick(picks[0]), other: pick(picks[1]), parameter, constant });
    if (made && elementCount(shapeOf(made)) <= LARGEST) values.push(made);
  }
  return { b, inputs: [x], outputs: [values.length > 1 ? values.at(-1)! : b.neg(x)] };
}
