import { describe, expect, it } from 'vitest';
import { arrayOf, runOnce } from '../../../test/finite-differences.js';
import { randomOf } from '../../../test/samples.js';
import { elementCount } from '../../tensor/tensor.js';
import { Builder } from '../builder.js';
import { type Attributes, Graph, type Value } from '../graph.js';
import { type DType, numbers } from '../tensor.js';
import { lower } from './index.js';

/** Shapes of float inputs; others say their type and content. Nothing stands for an input that is not given. */
type Operand =
  | readonly number[]
  | { readonly dtype: DType; readonly shape: readonly number[]; readonly values: readonly number[] }
  | undefined;
interface Case {
  readonly op: string;
  readonly inputs: readonly Operand[];
  readonly attributes?: Attributes;
  readonly domain?: string;
  readonly opset?: number;
  readonly outputs?: number;
}

const uint8 = (values: readonly number[], shape: readonly number[]): Operand => ({ dtype: 'uint8', shape, values });
const bytes = (count: number) => Array.from({ length: count }, (_, i) => (i * 83 + 7) % 256);
const int32 = (values: readonly number[], shape: readonly number[] = [values.length]): Operand => ({
  dtype: 'int32',
  shape,
  values,
});
const int64 = (values: readonly number[], shape: readonly number[] = [values.length]): Operand => ({
  dtype: 'int64',
  shape,
  values,
});
const f = (float: number) => ({ float });

const qkv = (length = 3, keys = length): Operand[] => [
  [2, 2, length, 4],
  [2, 2, keys, 4],
  [2, 2, keys, 4],
];
const flat = (length = 3, keys = length): Operand[] => [
  [2, length, 8],
  [2, keys, 8],
  [2, keys, 8],
];

const grouped: readonly Attributes[] = [
  {},
  { scale: f(0.4), softcap: f(3) },
  { do_rotary: 1 },
  { do_rotary: 1, rotary_interleaved: 1 },
];

const ml = { domain: 'ai.onnx.ml', inputs: [[4, 3]] } as const;
const list = (...floats: number[]) => ({ floats });
const coefficients = list(0.5, -1, 2, 0.25, 3, -0.75);

const cases: readonly Case[] = [
  { ...ml, op: 'LinearRegressor', attributes: { coefficients, intercepts: list(0.1, -0.2), targets: 2 } },
  ...['NONE', 'LOGISTIC', 'SOFTMAX'].map((post_transform) => ({
    ...ml,
    op: 'LinearClassifier',
    attributes: { coefficients, intercepts: list(0.1, -0.2), classlabels_ints: [3, 7], post_transform, multi_class: 1 },
    outputs: 2,
  })),
  { ...ml, op: 'Scaler', attributes: { offset: list(0.5, 1, -1), scale: list(2, 3, 0.5) } },
  { ...ml, op: 'Scaler', attributes: { offset: list(0.5), scale: list(2) } },
  ...['L1', 'L2'].map((norm) => ({ ...ml, op: 'Normalizer', attributes: { norm } })),
  { ...ml, op: 'Imputer', attributes: { imputed_value_floats: list(1, 2, 3), replaced_value_float: f(Number.NaN) } },
  {
    ...ml,
    op: 'FeatureVectorizer',
    inputs: [
      [4, 3],
      [4, 2],
    ],
    attributes: { inputdimensions: [3, 2] },
  },
  { op: 'Gelu', inputs: [[2, 5]] },
  { op: 'Gelu', inputs: [[2, 5]], opset: 20 },
  { op: 'BiasGelu', inputs: [[2, 5], [5]] },
  { op: 'FastGelu', inputs: [[2, 5]] },
  { op: 'FastGelu', inputs: [[2, 5], [5]], opset: 20 },
  { op: 'QuickGelu', inputs: [[2, 5]], attributes: { alpha: f(1.5) } },
  ...['Relu', 'Sigmoid', 'Tanh'].map((activation) => ({
    op: 'FusedConv',
    inputs: [[1, 2, 5, 5], [3, 2, 3, 3], [3]],
    attributes: { activation },
  })),
  { op: 'FusedConv', inputs: [[1, 2, 5, 5], [3, 2, 3, 3], [3], [1, 3, 3, 3]], attributes: { activation: 'Relu', group: 1 } },
  {
    op: 'FusedConv',
    inputs: [
      [1, 2, 5, 5],
      [2, 1, 3, 3],
    ],
    attributes: { activation: 'Clip', activation_params: { floats: [-0.2, 0.4] }, group: 2, pads: [1, 1, 1, 1] },
  },
  {
    op: 'FusedConv',
    inputs: [
      [1, 2, 5, 5],
      [3, 2, 1, 1],
    ],
    attributes: { activation: 'LeakyRelu', activation_params: { floats: [0.3] }, strides: [2, 2] },
  },
  {
    op: 'FusedConv',
    inputs: [
      [1, 2, 5, 5],
      [3, 2, 1, 1],
    ],
    attributes: { activation: 'HardSigmoid', activation_params: { floats: [0.3, 0.6] } },
  },
  {
    op: 'FusedGemm',
    inputs: [[2, 3], [4, 3], [4]],
    attributes: { activation: 'LeakyRelu', activation_alpha: f(0.3), transB: 1, alpha: f(0.5) },
  },
  {
    op: 'FusedGemm',
    inputs: [
      [2, 3],
      [3, 4],
    ],
    attributes: { activation: 'Relu' },
  },
  {
    op: 'FusedMatMul',
    inputs: [
      [2, 3, 4],
      [2, 5, 4],
    ],
    attributes: { transB: 1, alpha: f(0.25) },
  },
  {
    op: 'FusedMatMul',
    inputs: [
      [2, 4, 3],
      [4, 5],
    ],
    attributes: { transA: 1 },
  },
  {
    op: 'FusedMatMul',
    inputs: [
      [3, 2, 4],
      [2, 4, 5],
    ],
    attributes: { transBatchA: 1 },
  },
  {
    op: 'FusedMatMul',
    inputs: [
      [2, 3, 4],
      [4, 2, 5],
    ],
    attributes: { transBatchB: 1 },
  },
  {
    op: 'FusedMatMul',
    inputs: [
      [4, 2, 3],
      [4, 2, 5],
    ],
    attributes: { transBatchA: 1, transA: 1, transBatchB: 1 },
  },
  {
    op: 'TransposeMatMul',
    inputs: [
      [4, 3],
      [4, 5],
    ],
    attributes: { transA: 1 },
  },
  { op: 'SimplifiedLayerNormalization', domain: '', inputs: [[2, 3, 4], [4]], attributes: { epsilon: f(1e-3) } },
  { op: 'SkipLayerNormalization', inputs: [[2, 3, 4], [2, 3, 4], [4], [4], [4]], outputs: 4, attributes: { epsilon: f(1e-3) } },
  { op: 'SkipLayerNormalization', inputs: [[2, 3, 4], [3, 4], [4]] },
  { op: 'SkipSimplifiedLayerNormalization', inputs: [[2, 3, 4], [2, 3, 4], [4], [4]], outputs: 4 },
  { op: 'Attention', inputs: [[2, 3, 6], [6, 24], [24]], attributes: { num_heads: 2 } },
  {
    op: 'Attention',
    inputs: [[2, 3, 6], [6, 20], [20], int32([1, 1, 0, 1, 0, 0], [2, 3])],
    attributes: { num_heads: 2, qkv_hidden_sizes: [8, 8, 4] },
  },
  { op: 'Attention', inputs: [[2, 3, 6], [6, 24], [24], int32([2, 3])], attributes: { num_heads: 4, unidirectional: 1 } },
  {
    op: 'Attention',
    inputs: [[2, 3, 6], [6, 24], [24], int32([1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1], [2, 3, 3])],
    attributes: { num_heads: 2, scale: f(0.3) },
  },
  { op: 'Attention', inputs: [[2, 3, 6], [6, 24], [24], undefined, undefined, [1, 2, 3, 3]], attributes: { num_heads: 2 } },
  { op: 'MultiHeadAttention', inputs: flat(3, 5), attributes: { num_heads: 2 } },
  { op: 'MultiHeadAttention', inputs: [...flat(3), [24]], attributes: { num_heads: 2, unidirectional: 1 } },
  {
    op: 'MultiHeadAttention',
    inputs: [
      [2, 3, 8],
      [2, 2, 5, 4],
      [2, 2, 5, 4],
    ],
    attributes: { num_heads: 2 },
  },
  {
    op: 'MultiHeadAttention',
    inputs: [...flat(3, 4), undefined, int32([1, 1, 1, 0, 1, 1, 0, 0], [2, 4]), [2, 1, 3, 4]],
    attributes: { num_heads: 2 },
  },
  ...grouped.flatMap((more): Case[] => {
    const attributes = { num_heads: 4, kv_num_heads: 2, ...more };
    // Lengths less one, and the length of the longest.
    const sizes: Operand[] = [int32([2, 2], [2, 1]), int32([3], [1])];
    const angles: Operand[] =
      'do_rotary' in more
        ? [
            [6, 8],
            [6, 8],
          ]
        : [];
    return [
      {
        op: 'GroupQueryAttention',
        inputs: [[2, 3, 64], [2, 3, 32], [2, 3, 32], undefined, undefined, ...sizes, ...angles],
        attributes,
        outputs: 3,
      },
      {
        op: 'GroupQueryAttention',
        inputs: [[2, 3, 128], undefined, undefined, undefined, undefined, ...sizes, ...angles],
        attributes,
        outputs: 3,
      },
    ];
  }),
  { op: 'Attention', domain: '', opset: 23, inputs: qkv(3, 5), outputs: 1 },
  // The second query sees no key.
  ...[0, 1].map((is_causal) => ({
    op: 'Attention',
    domain: '',
    opset: 24,
    inputs: [...qkv(3), { dtype: 'bool', shape: [3, 3], values: [1, 0, 1, 0, 0, 0, 1, 1, 1] }] as Operand[],
    attributes: { is_causal },
  })),
  { op: 'Attention', domain: '', opset: 23, inputs: [...qkv(4), [4, 4]], attributes: { is_causal: 1, softcap: f(2) } },
  {
    op: 'Attention',
    domain: '',
    opset: 23,
    inputs: [
      [2, 3, 16],
      [2, 5, 8],
      [2, 5, 8],
      { dtype: 'bool', shape: [3, 5], values: [1, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1] },
    ],
    attributes: { q_num_heads: 4, kv_num_heads: 2, scale: f(0.4) },
  },
  {
    op: 'Attention',
    domain: '',
    opset: 23,
    inputs: [...qkv(2), undefined, [2, 2, 3, 4], [2, 2, 3, 4]],
    attributes: { is_causal: 1 },
    outputs: 3,
  },
  { op: 'RotaryEmbedding', domain: '', opset: 23, inputs: [[2, 2, 3, 8], [6, 4], [6, 4], int64([0, 1, 2, 3, 5, 4], [2, 3])] },
  {
    op: 'RNN',
    domain: '',
    inputs: [
      [4, 2, 3],
      [1, 5, 3],
      [1, 5, 5],
      [1, 10],
    ],
    attributes: { hidden_size: 5 },
    outputs: 2,
  },
  {
    op: 'RNN',
    domain: '',
    inputs: [
      [4, 2, 3],
      [1, 5, 3],
      [1, 5, 5],
    ],
    attributes: { hidden_size: 5, direction: 'reverse', activations: ['Relu'] },
    outputs: 2,
  },
  {
    op: 'GRU',
    domain: '',
    inputs: [[3, 2, 4], [1, 15, 4], [1, 15, 5], [1, 30], undefined, [1, 2, 5]],
    attributes: { hidden_size: 5 },
    outputs: 2,
  },
  {
    op: 'GRU',
    domain: '',
    inputs: [
      [3, 2, 4],
      [2, 15, 4],
      [2, 15, 5],
      [2, 30],
    ],
    attributes: { hidden_size: 5, linear_before_reset: 1, direction: 'bidirectional' },
    outputs: 2,
  },
  {
    op: 'LSTM',
    domain: '',
    inputs: [[3, 2, 4], [1, 20, 4], [1, 20, 5], [1, 40], undefined, [1, 2, 5], [1, 2, 5], [1, 15]],
    attributes: { hidden_size: 5 },
    outputs: 3,
  },
  {
    op: 'LSTM',
    domain: '',
    inputs: [
      [3, 2, 4],
      [2, 20, 4],
      [2, 20, 5],
      [2, 40],
    ],
    attributes: { hidden_size: 5, direction: 'bidirectional' },
    outputs: 3,
  },
  ...['forward', 'reverse', 'bidirectional'].flatMap((direction) => {
    const ways = direction === 'bidirectional' ? 2 : 1;
    const layer = (gates: number, states: number): Operand[] => [
      [4, 3, 4],
      [ways, gates * 5, 4],
      [ways, gates * 5, 5],
      [ways, gates * 10],
      int32([2, 4, 1]),
      ...Array<Operand>(states).fill([ways, 3, 5]),
    ];
    const attributes = { hidden_size: 5, direction };
    return [
      { op: 'RNN', domain: '', inputs: layer(1, 1), attributes, outputs: 2 },
      { op: 'GRU', domain: '', inputs: layer(3, 1), attributes: { ...attributes, clip: f(0.3) }, outputs: 2 },
      { op: 'LSTM', domain: '', inputs: layer(4, 2), attributes: { ...attributes, clip: f(0.5) }, outputs: 3 },
      { op: 'LSTM', domain: '', inputs: layer(4, 2), attributes: { ...attributes, input_forget: 1 }, outputs: 3 },
    ];
  }),
  {
    op: 'RNN',
    domain: '',
    inputs: [
      [3, 2, 4],
      [2, 5, 4],
      [2, 5, 5],
    ],
    attributes: {
      hidden_size: 5,
      direction: 'bidirectional',
      activations: ['LeakyRelu', 'HardSigmoid'],
      activation_alpha: { floats: [0.3, 0.25] },
      activation_beta: { floats: [0.4] },
    },
    outputs: 2,
  },
  {
    op: 'MatMulNBits',
    inputs: [[2, 32], uint8(bytes(3 * 2 * 8), [3, 2, 8]), [6]],
    attributes: { K: 32, N: 3, bits: 4, block_size: 16 },
  },
  {
    op: 'MatMulNBits',
    inputs: [[2, 40], uint8(bytes(3 * 3 * 8), [3, 3, 8]), [9], uint8(bytes(6), [6])],
    attributes: { K: 40, N: 3, bits: 4, block_size: 16 },
  },
  {
    op: 'MatMulNBits',
    inputs: [[2, 32], uint8(bytes(3 * 32), [3, 2, 16]), [6]],
    attributes: { K: 32, N: 3, bits: 8, block_size: 16 },
  },
  {
    op: 'RotaryEmbedding',
    domain: '',
    opset: 23,
    inputs: [
      [2, 3, 16],
      [2, 3, 2],
      [2, 3, 2],
    ],
    attributes: { num_heads: 2, rotary_embedding_dim: 4, interleaved: 1 },
  },
  { op: 'RotaryEmbedding', inputs: [[2, 3, 16], int64([1]), [6, 4], [6, 4]] },
  {
    op: 'RotaryEmbedding',
    inputs: [[2, 2, 3, 8], int64([0, 1, 2, 3, 5, 4], [2, 3]), [6, 4], [6, 4]],
    attributes: { interleaved: 1 },
  },
];

const constants: ReadonlySet<string> = new Set(['uint8']);

describe.each(cases)(
  '$domain $op $attributes $inputs',
  ({ op, inputs, attributes = {}, domain = 'com.microsoft', opset = 17, outputs = 1 }) => {
    const b = new Builder(opset);
    const operands = inputs.map((operand, i) => {
      if (!operand) return undefined;
      const { dtype, shape } = 'dtype' in operand ? operand : { dtype: 'float32' as const, shape: operand };
      if ('dtype' in operand && constants.has(dtype)) return b.constant(numbers(dtype, operand.values, shape), `x${i}`);
      return b.input(`x${i}`, dtype, shape);
    });
    const node = b.node(op, operands, attributes, {
      domain,
      name: 'n',
      outputs: Array.from({ length: outputs }, (_, i) => `y${i}`),
    });
    const details = { opset, domains: { 'com.microsoft': 1, 'ai.onnx.ml': 3 }, metadata: {}, producer: '', functions: [] };
    // Statistics of normalisations are optional, and ONNX Runtime leaves some out.
    const wanted = node.outputs.filter(
      (_, i) => !(op.startsWith('Skip') && (i === 1 || i === 2)) && !(op === 'LinearClassifier' && i === 0),
    );
    const graph = new Graph({
      name: 'test',
      inputs: operands.filter((value): value is Value => value !== undefined && !value.tensor),
      outputs: wanted,
      details,
    });
    const lowered = lower(graph);

    it('is written in plain operators', () => {
      expect(lowered.nodes.filter((each) => each.domain !== '' || each.op === op).map((each) => each.op)).toEqual(
        op === 'Gelu' && opset >= 20 ? ['Gelu'] : [],
      );
    });

    it('computes the same', async () => {
      const random = randomOf(op);
      const signed = () => 2 * random() - 1;
      const feeds = Object.fromEntries(
        inputs.flatMap((operand, i) => {
          if (!operand || ('dtype' in operand && constants.has(operand.dtype))) return [];
          if (!('dtype' in operand))
            return [[`x${i}`, arrayOf('float32', Array.from({ length: elementCount(operand) }, signed), operand)]];
          const { dtype, values, shape } = operand;
          return [[`x${i}`, dtype === 'int32' ? { shape, data: Int32Array.from(values) } : arrayOf(dtype, values, shape)]];
        }),
      );
      const [before, after] = [await runOnce(graph, feeds), await runOnce(lowered, feeds, 'disabled')];
      expect(after.map(({ shape }) => shape)).toEqual(before.map(({ shape }) => shape));
      for (const [i, { values }] of before.entries())
        for (const [k, value] of values.entries()) expect(after[i]!.values[k]!).toBeCloseTo(value, 4);
    });
  },
);
