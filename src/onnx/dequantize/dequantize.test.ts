import { describe, expect, it } from 'vitest';
import { arrayOf, backwardOf, runOnce, graphOf as sceneGraph } from '../../../test/finite-differences.js';
import { randomOf } from '../../../test/samples.js';
import { elementCount } from '../../tensor/tensor.js';
import { Builder } from '../builder.js';
import { type Attributes, Graph, type Value } from '../graph.js';
import { lower } from '../lower/index.js';
import { namesOf } from '../rewrite.js';
import { simplify } from '../simplify.js';
import { type DType, floats, numbers } from '../tensor.js';
import { dequantize } from './index.js';

const random = randomOf('dequantize');
const draw = (low: number, high: number, shape: readonly number[]) =>
  Array.from({ length: elementCount(shape) }, () => Math.floor(low + random() * (high - low + 1)));
const ms = { domain: 'com.microsoft' };

/** A graph under construction, with what quantised operators take. */
class Bench {
  readonly b = new Builder(17);
  readonly x: Value;
  constructor(readonly shape: readonly number[]) {
    this.x = this.b.input('x', 'float32', shape);
  }
  scale = (...values: number[]) => this.b.constant(floats(values, values.length === 1 ? [] : [values.length]));
  zero = (dtype: DType, ...values: number[]) =>
    this.b.constant(numbers(dtype, values, values.length === 1 ? [] : [values.length]));
  weights = (dtype: DType, shape: readonly number[]) =>
    this.b.constant(numbers(dtype, draw(dtype === 'uint8' ? 60 : -90, dtype === 'uint8' ? 200 : 90, shape), shape));
  int32 = (shape: readonly number[]) => this.b.constant(numbers('int32', draw(-900, 900, shape), shape));
  /** The input as integers. */
  quantized = (scale = 0.021, zero = 110, dtype: DType = 'uint8') =>
    this.b.op('QuantizeLinear', [this.x, this.scale(scale), this.zero(dtype, zero)]);
  float = (integers: Value, scale: number, zero: number, dtype: DType = 'uint8') =>
    this.b.op('DequantizeLinear', [integers, this.scale(scale), this.zero(dtype, zero)]);
  /** What an operator of ONNX Runtime makes of integers of one code, as floats. */
  contrib = (op: string, inputs: (Value | undefined)[], attributes: Attributes = {}) =>
    this.float(this.b.op(op, inputs, attributes, { ...ms, outputs: 1 }), 0.03, 100);
  /** Scale and zero of the input, and of the output. */
  get from() {
    return [this.scale(0.021), this.zero('uint8', 110)];
  }
  get to() {
    return [this.scale(0.03), this.zero('uint8', 100)];
  }
}

type Case = [name: string, shape: readonly number[], build: (bench: Bench) => Value];

const cases: readonly Case[] = [
  ['a pair', [2, 5], (s) => s.float(s.quantized(), 0.021, 110)],
  ['a pair that clips', [2, 5], (s) => s.float(s.quantized(0.005, 128), 0.005, 128)],
  ['a pair of another scale behind', [2, 5], (s) => s.float(s.quantized(), 0.05, 100)],
  ['signed integers', [2, 5], (s) => s.float(s.quantized(0.01, 0, 'int8'), 0.01, 0, 'int8')],
  [
    'scales of channels',
    [2, 3, 4],
    ({ b, x, scale, zero }) => {
      const code = [scale(0.01, 0.02, 0.03), zero('uint8', 100, 120, 140)];
      return b.op('DequantizeLinear', [b.op('QuantizeLinear', [x, ...code], { axis: 1 }), ...code], { axis: 1 });
    },
  ],
  [
    'movement',
    [2, 3, 4, 4],
    (s) => {
      const pooled = s.b.op('MaxPool', [s.quantized()], { kernel_shape: [2, 2], strides: [2, 2] });
      const turned = s.b.transpose(pooled, [0, 2, 3, 1]);
      return s.float(s.b.reshape(s.b.slice(turned, { starts: [1], ends: [3], axes: [3] }), [2, -1]), 0.021, 110);
    },
  ],
  ['padding', [2, 3], (s) => s.float(s.b.op('Pad', [s.quantized(), s.b.ints([0, 1, 0, 2]), s.zero('uint8', 130)]), 0.021, 110)],
  ['joining', [2, 3], (s) => s.float(s.b.concat([s.quantized(), s.quantized()], 1), 0.021, 110)],
  [
    'QLinearConv',
    [1, 2, 6, 6],
    (s) => {
      const [w, ws, wz] = [s.weights('int8', [3, 2, 3, 3]), s.scale(0.011, 0.013, 0.007), s.zero('int8', 0, 0, 0)];
      const inputs = [s.quantized(), ...s.from, w, ws, wz, ...s.to, s.int32([3])];
      return s.float(s.b.op('QLinearConv', inputs, { pads: [1, 1, 1, 1], strides: [2, 2] }), 0.03, 100);
    },
  ],
  [
    'QLinearConv with a zero of its weights and an activation',
    [1, 2, 6, 6],
    (s) => {
      const inputs = [s.quantized(), ...s.from, s.weights('uint8', [3, 2, 3, 3]), s.scale(0.01), s.zero('uint8', 128)];
      return s.float(s.b.op('QLinearConv', [...inputs, s.scale(0.02), s.zero('uint8', 0)]), 0.02, 0);
    },
  ],
  [
    'QLinearMatMul',
    [3, 8],
    (s) => {
      const inputs = [s.quantized(), ...s.from, s.weights('uint8', [8, 4]), s.scale(0.01), s.zero('uint8', 128), ...s.to];
      return s.float(s.b.op('QLinearMatMul', inputs), 0.03, 100);
    },
  ],
  [
    'QGemm',
    [3, 8],
    (s) => {
      const inputs = [s.quantized(), ...s.from, s.weights('int8', [4, 8]), s.scale(0.01), s.zero('int8', 0), s.int32([4])];
      return s.contrib('QGemm', [...inputs, ...s.to], { transB: 1 });
    },
  ],
  [
    'QGemm to floats',
    [3, 8],
    (s) => {
      const inputs = [s.quantized(), ...s.from, s.weights('int8', [8, 4]), s.scale(0.01), s.zero('int8', 0), s.int32([4])];
      return s.b.op('QGemm', inputs, { alpha: { float: 0.5 } }, { ...ms, outputs: 1 });
    },
  ],
  [
    'ConvInteger',
    [1, 2, 5, 5],
    (s) =>
      s.b.cast(
        s.b.op('ConvInteger', [s.quantized(), s.weights('uint8', [2, 2, 3, 3]), s.zero('uint8', 110), s.zero('uint8', 128)]),
        'float32',
      ),
  ],
  [
    'a dynamic product',
    [3, 8],
    (s) => {
      const [integers, scale, zero] = s.b.node('DynamicQuantizeLinear', [s.x], {}, { outputs: 3 }).outputs;
      const product = s.b.op('MatMulInteger', [integers, s.weights('int8', [8, 4]), zero]);
      return s.b.mul(s.b.cast(product, 'float32'), s.b.mul(scale!, 0.01));
    },
  ],
  [
    'MatMulIntegerToFloat',
    [3, 8],
    (s) =>
      s.b.op(
        'MatMulIntegerToFloat',
        [s.quantized(), s.weights('uint8', [8, 4]), s.scale(0.021), s.scale(0.01), s.zero('uint8', 110), s.zero('uint8', 128)],
        {},
        { ...ms, outputs: 1 },
      ),
  ],
  ...([{}, { unidirectional: 1 }] as Attributes[]).map(
    (more): Case => [
      `QAttention ${JSON.stringify(more)}`,
      [2, 3, 8],
      (s) => {
        const operands = [s.quantized(), s.weights('int8', [8, 24]), s.b.constant(floats(draw(-9, 9, [24]), [24]))];
        const codes = [s.scale(0.021), s.scale(0.01), undefined, s.zero('uint8', 110), s.zero('int8', 0)];
        return s.b.op('QAttention', [...operands, ...codes], { num_heads: 2, ...more }, { ...ms, outputs: 1 });
      },
    ],
  ),
  [
    'DynamicQuantizeMatMul',
    [3, 8],
    (s) => s.b.op('DynamicQuantizeMatMul', [s.x, s.weights('int8', [8, 4]), s.scale(0.01)], {}, { ...ms, outputs: 1 }),
  ],
  ['QLinearAdd', [2, 5], (s) => s.contrib('QLinearAdd', [s.quantized(), ...s.from, s.weights('uint8', [5]), ...s.from, ...s.to])],
  [
    'QLinearMul',
    [2, 5],
    (s) => s.contrib('QLinearMul', [s.quantized(), ...s.from, s.weights('uint8', [2, 5]), ...s.from, ...s.to]),
  ],
  ['QLinearSigmoid', [2, 5], (s) => s.contrib('QLinearSigmoid', [s.quantized(), ...s.from, ...s.to])],
  [
    'QLinearLeakyRelu',
    [2, 5],
    (s) => s.contrib('QLinearLeakyRelu', [s.quantized(), ...s.from, ...s.to], { alpha: { float: 0.2 } }),
  ],
  [
    'QLinearSoftmax',
    [2, 5],
    (s) =>
      s.float(
        s.b.op(
          'QLinearSoftmax',
          [s.quantized(), ...s.from, s.scale(1 / 256), s.zero('uint8', 0)],
          { axis: -1, opset: 13 },
          { ...ms, outputs: 1 },
        ),
        1 / 256,
        0,
      ),
  ],
  ['QLinearGlobalAveragePool', [1, 2, 4, 4], (s) => s.contrib('QLinearGlobalAveragePool', [s.quantized(), ...s.from, ...s.to])],
  [
    'QLinearAveragePool',
    [1, 2, 4, 4],
    (s) => s.contrib('QLinearAveragePool', [s.quantized(), ...s.from, ...s.to], { kernel_shape: [2, 2], strides: [2, 2] }),
  ],
  [
    'QLinearConcat',
    [2, 3],
    (s) =>
      s.contrib('QLinearConcat', [...s.to, s.quantized(), ...s.from, s.quantized(0.01, 90), s.scale(0.01), s.zero('uint8', 90)], {
        axis: 1,
      }),
  ],
  [
    'weights that are quantised in the graph',
    [3, 4],
    (s) => {
      const w = s.b.constant(
        floats(
          draw(-50, 50, [4, 2]).map((v) => v / 37),
          [4, 2],
        ),
      );
      const code = [s.scale(0.011, 0.012), s.zero('int8', 0, 0)];
      const rounded = s.b.op('DequantizeLinear', [s.b.op('QuantizeLinear', [w, ...code], { axis: 1 }), ...code], { axis: 1 });
      return s.b.matMul(s.float(s.quantized(), 0.021, 110), rounded);
    },
  ],
];

describe.each(cases)('%s', (_, shape, build) => {
  const bench = new Bench(shape);
  const details = { opset: 17, domains: { 'com.microsoft': 1 }, metadata: {}, producer: '', functions: [] };
  const y = bench.b.named('y', build(bench));
  const graph = new Graph({ name: 'test', inputs: [bench.x], outputs: [y], details });
  // What it makes of an attention is written out next.
  const followed = lower(simplify(dequantize(simplify(graph))));
  const sample = arrayOf(
    'float32',
    Array.from({ length: elementCount(shape) }, () => 3 * random() - 1.5),
    shape,
  );

  it('is a float graph', () => {
    const integers = /^QLinear|^QGemm|Integer|^DequantizeLinear/;
    expect(followed.nodes.filter(({ op, domain }) => domain !== '' || integers.test(op))).toEqual([]);
  });

  it.each(['disabled', 'all'] as const)('computes the same, optimisation %s', async (optimization) => {
    const [before] = await runOnce(graph, { x: sample }, 'disabled');
    const [after] = await runOnce(followed, { x: sample }, optimization);
    expect(after!.shape).toEqual(before!.shape);
    for (const [i, value] of before!.values.entries()) expect(after!.values[i]).toBeCloseTo(value, 4);
  });

  it('has a gradient', async () => {
    const [source, output] = [followed.inputs[0]!, followed.outputs[0]!];
    const scene = {
      b: new Builder(17, namesOf(followed)),
      inputs: [source],
      outputs: [output],
    };
    const backward = backwardOf(scene, [source]);
    const count = elementCount(output.shape as number[]);
    const dy0 = arrayOf('float32', Array.from({ length: count }, random), output.shape as number[]);
    const [dx] = await runOnce(sceneGraph(backward, backward.outputs), { x: sample, dy0 });
    expect(dx!.values.some((value) => value !== 0)).toBe(true);
  });
});

describe('the gradient of a quantised convolution', () => {
  it('is that of the convolution by its weights, where nothing is clipped', async () => {
    const s = new Bench([1, 1, 3, 3]);
    const w = s.b.constant(numbers('int8', [1, -2, 3, 4], [1, 1, 2, 2]));
    const inputs = [s.quantized(), ...s.from, w, s.scale(0.5), s.zero('int8', 0), s.scale(0.5), s.zero('uint8', 128)];
    const y = s.float(s.b.op('QLinearConv', inputs), 0.5, 128);
    const details = { opset: 17, domains: {}, metadata: {}, producer: '', functions: [] };
    const followed = dequantize(simplify(new Graph({ name: 't', inputs: [s.x], outputs: [s.b.named('y', y)], details })));
    const scene = {
      b: new Builder(17, namesOf(followed)),
      inputs: followed.inputs,
      outputs: followed.outputs,
    };
    const backward = backwardOf(scene, followed.inputs);
    const feeds = {
      x: arrayOf('float32', Array<number>(9).fill(0.1), [1, 1, 3, 3]),
      dy0: arrayOf('float32', [1, 0, 0, 0], [1, 1, 2, 2]),
    };
    const [dx] = await runOnce(sceneGraph(backward, backward.outputs), feeds);
    expect(dx!.values).toEqual([0.5, -1, 0, 1.5, 2, 0, 0, 0, 0]);
  });
});
