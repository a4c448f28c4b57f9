/** What is inferred of every operator, against the specification's numbers and against ONNX Runtime. */
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../runtime/node/index.js';
import type { Runtime } from '../../runtime/runtime.js';
import { elementCount, type NdArray, type NumericArray } from '../../tensor/tensor.js';
import { Builder } from '../builder.js';
import { type Attributes, type Dim, Graph, type Value } from '../graph.js';
import { type DType, floats, ints, numbers, type Tensor } from '../tensor.js';
import { substitute } from './dims.js';

/** A float input of a shape, an input of another type, a constant, or nothing. */
type Source = readonly number[] | { readonly input: DType; readonly shape: readonly number[] } | Tensor | null;
interface Options {
  readonly opset?: number;
  readonly domain?: string;
  /** Operators and types that ONNX Runtime's CPU engine lacks are compared with the specification alone. */
  readonly runs?: boolean;
  /** Ranges that end up empty or clipped are not foreseen where sizes are open. */
  readonly open?: boolean;
}
/** Operator, inputs, attributes, shapes of the outputs (null: not asked for). */
type Case = readonly [string, readonly Source[], Attributes, readonly (readonly number[] | null)[], Options?];

const i64 = (...values: number[]): Tensor => ints(values);
const scalar = (value: number, dtype: DType = 'int64'): Tensor => numbers(dtype, [value], []);
const f32 = (...values: number[]): Tensor => floats(values);
const input = (dtype: DType, ...shape: number[]): Source => ({ input: dtype, shape });
const zeros = (dtype: DType, ...shape: number[]): Tensor => numbers(dtype, new Array(elementCount(shape)).fill(0), shape);
const at = (opset: number): Options => ({ opset });
const unrun: Options = { runs: false };
const closed: Options = { open: false };
const float = (value: number) => ({ float: value });

/** A shape. */
const f = (...shape: number[]): readonly number[] => shape;
const x4 = f(2, 4, 9, 7);
/** Scale and zero point. */
const q8 = [scalar(0.1, 'float32'), scalar(0, 'uint8')];

const convolutions: Case[] = [
  ['Conv', [x4, f(6, 4, 3, 3)], {}, [f(2, 6, 7, 5)]],
  ['Conv', [x4, f(6, 4, 3, 3), f(6)], { strides: [2, 2], pads: [1, 0, 1, 2] }, [f(2, 6, 5, 4)]],
  ['Conv', [x4, f(6, 2, 3, 3)], { group: 2, dilations: [2, 3], pads: [2, 3, 2, 3] }, [f(2, 6, 9, 7)]],
  ['Conv', [x4, f(4, 1, 3, 3)], { group: 4, kernel_shape: [3, 3] }, [f(2, 4, 7, 5)]],
  ['Conv', [x4, f(6, 4, 3, 2)], { auto_pad: 'SAME_UPPER', strides: [2, 3] }, [f(2, 6, 5, 3)]],
  ['Conv', [x4, f(6, 4, 2, 2)], { auto_pad: 'SAME_LOWER' }, [f(2, 6, 9, 7)]],
  ['Conv', [x4, f(6, 4, 4, 4)], { auto_pad: 'VALID', strides: [3, 2] }, [f(2, 6, 2, 2)]],
  ['Conv', [f(1, 2, 11), f(3, 2, 4)], { strides: [3] }, [f(1, 3, 3)]],
  ['Conv', [f(1, 2, 5, 6, 7), f(3, 2, 2, 3, 4)], { pads: [0, 1, 1, 1, 1, 0] }, [f(1, 3, 5, 6, 5)]],
  ['Conv', [x4, f(6, 4, 1, 1)], { strides: [2, 2] }, [f(2, 6, 5, 4)]],
  ['ConvTranspose', [x4, f(4, 6, 3, 3)], {}, [f(2, 6, 11, 9)]],
  ['ConvTranspose', [x4, f(4, 3, 3, 2)], { group: 2, strides: [2, 3], pads: [1, 0, 2, 1] }, [f(2, 6, 16, 19)]],
  [
    'ConvTranspose',
    [x4, f(4, 6, 3, 3), f(6)],
    { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 0] },
    [f(2, 6, 18, 13)],
  ],
  ['ConvTranspose', [x4, f(4, 6, 3, 3)], { strides: [2, 2], output_shape: [18, 14] }, [f(2, 6, 18, 14)]],
  ['ConvTranspose', [x4, f(4, 6, 3, 3)], { strides: [2, 2], auto_pad: 'SAME_UPPER' }, [f(2, 6, 18, 14)]],
  ['ConvTranspose', [x4, f(4, 6, 2, 2)], { strides: [3, 3], auto_pad: 'SAME_LOWER' }, [f(2, 6, 26, 20)]],
  ['ConvTranspose', [x4, f(4, 6, 3, 3)], { dilations: [2, 1] }, [f(2, 6, 13, 9)]],
  ['ConvTranspose', [f(1, 3, 6), f(3, 2, 4)], { strides: [2] }, [f(1, 2, 14)]],
  ['ConvTranspose', [f(1, 2, 3, 4, 5), f(2, 3, 2, 2, 2)], { strides: [2, 2, 2] }, [f(1, 3, 6, 8, 10)]],
  ['DeformConv', [f(1, 2, 5, 5), f(3, 2, 2, 2), f(1, 8, 4, 4)], {}, [f(1, 3, 4, 4)], { opset: 19 }],
  ['Col2Im', [f(1, 5, 5), i64(5, 5), i64(1, 5)], {}, [f(1, 1, 5, 5)], at(18)],
  ['ConvInteger', [input('uint8', 1, 2, 5, 5), input('uint8', 3, 2, 3, 3)], {}, [f(1, 3, 3, 3)]],
  [
    'QLinearConv',
    [input('uint8', 1, 2, 5, 5), ...q8, numbers('uint8', new Array(54).fill(1), f(3, 2, 3, 3)), ...q8, ...q8],
    { pads: [1, 1, 1, 1] },
    [f(1, 3, 5, 5)],
  ],
];

const pools: Case[] = [
  ['MaxPool', [x4], { kernel_shape: [3, 3] }, [f(2, 4, 7, 5), f(2, 4, 7, 5)]],
  ['MaxPool', [x4], { kernel_shape: [2, 2], strides: [2, 2] }, [f(2, 4, 4, 3)]],
  ['MaxPool', [x4], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }, [f(2, 4, 5, 4)]],
  ['MaxPool', [x4], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }, [f(2, 4, 5, 4)]],
  ['MaxPool', [f(1, 1, 8, 6)], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 }, [f(1, 1, 5, 4)]],
  // The last window would start in the padding.
  ['MaxPool', [f(1, 1, 4, 4)], { kernel_shape: [2, 2], strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode: 1 }, [f(1, 1, 2, 2)]],
  ['MaxPool', [f(1, 1, 5, 5)], { kernel_shape: [1, 1], strides: [3, 3], ceil_mode: 1 }, [f(1, 1, 2, 2)]],
  ['MaxPool', [f(1, 1, 4, 4)], { kernel_shape: [1, 1], strides: [3, 3], ceil_mode: 1 }, [f(1, 1, 2, 2)]],
  ['AveragePool', [f(1, 1, 6, 6)], { kernel_shape: [2, 2], strides: [4, 4], ceil_mode: 1 }, [f(1, 1, 2, 2)]],
  ['MaxPool', [x4], { kernel_shape: [3, 2], dilations: [2, 3] }, [f(2, 4, 5, 4)]],
  ['MaxPool', [x4], { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' }, [f(2, 4, 5, 4)]],
  ['MaxPool', [x4], { kernel_shape: [2, 3], strides: [1, 2], auto_pad: 'SAME_LOWER' }, [f(2, 4, 9, 4)]],
  ['MaxPool', [x4], { kernel_shape: [2, 3], strides: [2, 2], auto_pad: 'VALID' }, [f(2, 4, 4, 3)]],
  ['MaxPool', [f(1, 2, 10)], { kernel_shape: [4], strides: [3] }, [f(1, 2, 3), f(1, 2, 3)]],
  ['MaxPool', [f(1, 2, 5, 6, 7)], { kernel_shape: [2, 2, 2] }, [f(1, 2, 4, 5, 6)]],
  ['AveragePool', [x4], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }, [f(2, 4, 9, 7)]],
  ['AveragePool', [x4], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1, pads: [0, 1, 1, 0] }, [f(2, 4, 5, 4)]],
  ['AveragePool', [x4], { kernel_shape: [2, 2], dilations: [2, 2] }, [f(2, 4, 7, 5)], at(19)],
  ['LpPool', [x4], { kernel_shape: [3, 3], strides: [2, 2] }, [f(2, 4, 4, 3)]],
  ['LpPool', [x4], { kernel_shape: [2, 2], ceil_mode: 1, strides: [2, 2] }, [f(2, 4, 5, 4)], { opset: 18 }],
  ['GlobalAveragePool', [x4], {}, [f(2, 4, 1, 1)]],
  ['GlobalMaxPool', [f(2, 4, 9)], {}, [f(2, 4, 1)]],
  ['GlobalLpPool', [f(2, 4, 3, 4, 5)], {}, [f(2, 4, 1, 1, 1)]],
  ['MaxUnpool', [f(1, 1, 2, 2), zeros('int64', 1, 1, 2, 2)], { kernel_shape: [2, 2], strides: [2, 2] }, [f(1, 1, 4, 4)]],
  [
    'MaxUnpool',
    [f(1, 1, 2, 2), zeros('int64', 1, 1, 2, 2), i64(1, 1, 5, 5)],
    { kernel_shape: [2, 2], strides: [2, 2] },
    [f(1, 1, 5, 5)],
  ],
  ['MaxRoiPool', [f(1, 3, 8, 8), f(2, 5)], { pooled_shape: [2, 3] }, [f(2, 3, 2, 3)], unrun],
];

const products: Case[] = [
  ['MatMul', [f(3, 4), f(4, 5)], {}, [f(3, 5)]],
  ['MatMul', [f(2, 1, 3, 4), f(6, 4, 5)], {}, [f(2, 6, 3, 5)]],
  ['MatMul', [f(4), f(4)], {}, [f()]],
  ['MatMul', [f(4), f(2, 4, 5)], {}, [f(2, 5)]],
  ['MatMul', [f(2, 3, 4), f(4)], {}, [f(2, 3)]],
  ['MatMul', [f(7, 2, 3, 4), f(4, 6)], {}, [f(7, 2, 3, 6)]],
  ['Gemm', [f(3, 4), f(4, 5)], {}, [f(3, 5)]],
  ['Gemm', [f(4, 3), f(5, 4), f(5)], { transA: 1, transB: 1, alpha: float(0.5) }, [f(3, 5)]],
  ['Gemm', [f(3, 4), f(4, 5), f(3, 1)], {}, [f(3, 5)]],
  ['Einsum', [f(2, 3), f(3, 4)], { equation: 'ij,jk->ik' }, [f(2, 4)]],
  ['Einsum', [f(2, 3, 4, 5), f(2, 3, 6, 5)], { equation: 'bhqd,bhkd->bhqk' }, [f(2, 3, 4, 6)]],
  ['Einsum', [f(2, 3, 4), f(2, 4, 5)], { equation: '...ij,...jk' }, [f(2, 3, 5)]],
  ['Einsum', [f(2, 3, 4), f(4, 5)], { equation: '...ij, jk -> ...ik' }, [f(2, 3, 5)]],
  ['Einsum', [f(4, 3)], { equation: 'ba' }, [f(3, 4)]],
  ['Einsum', [f(3, 4)], { equation: 'ij->' }, [f()]],
  ['Einsum', [f(2, 3, 4)], { equation: 'b...->...b' }, [f(3, 4, 2)]],
  ['MatMulInteger', [input('uint8', 3, 4), input('uint8', 4, 5)], {}, [f(3, 5)]],
  ['QLinearMatMul', [input('uint8', 2, 3, 4), ...q8, input('uint8', 4, 5), ...q8, ...q8], {}, [f(2, 3, 5)]],
  ['Det', [f(3, 4, 4)], {}, [f(3)]],
];

const transforms: Case[] = [
  ['DFT', [f(2, 6, 1)], { axis: 1 }, [f(2, 6, 2)]],
  ['DFT', [f(2, 6, 1)], { axis: 1, onesided: 1 }, [f(2, 4, 2)]],
  ['DFT', [f(2, 5, 3, 2)], { axis: 2, inverse: 1 }, [f(2, 5, 3, 2)]],
  ['DFT', [f(2, 6, 1), scalar(9)], {}, [f(2, 9, 2)], at(20)],
  ['DFT', [f(2, 5, 3, 1), scalar(8), scalar(1)], { onesided: 1 }, [f(2, 5, 3, 2)], at(20)],
  ['DFT', [f(2, 5, 2)], { inverse: 1, onesided: 1 }, [f(2, 8, 1)], at(20)],
  ['DFT', [f(2, 5, 2), scalar(9)], { inverse: 1, onesided: 1 }, [f(2, 9, 1)], at(20)],
  ['STFT', [f(2, 16, 1), scalar(4), null, scalar(8)], {}, [f(2, 3, 5, 2)]],
  ['STFT', [f(2, 17, 1), scalar(3), f32(1, 2, 3, 2, 1)], { onesided: 0 }, [f(2, 5, 5, 2)]],
];

const losses: Case[] = ['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss'].flatMap((op): Case[] => [
  [op, [f(3, 4), i64(0, 3, 1)], {}, [f()]],
  [op, [f(3, 4, 2), zeros('int64', 3, 2), f(4)], { reduction: 'sum' }, [f()], closed],
  [op, [f(3, 4, 2), zeros('int32', 3, 2)], { reduction: 'none' }, [f(3, 2)], closed],
]);

const unaries = [
  'Abs',
  'Neg',
  'Sign',
  'Reciprocal',
  'Sqrt',
  'Exp',
  'Log',
  'Erf',
  'Floor',
  'Ceil',
  'Round',
  'Sin',
  'Cos',
  'Tan',
  'Asin',
  'Acos',
  'Atan',
  'Sinh',
  'Cosh',
  'Tanh',
  'Asinh',
  'Acosh',
  'Atanh',
  'Relu',
  'LeakyRelu',
  'ThresholdedRelu',
  'Elu',
  'Celu',
  'Selu',
  'Mish',
  'HardSigmoid',
  'HardSwish',
  'Sigmoid',
  'Softplus',
  'Softsign',
  'Shrink',
  'Identity',
  'IsNaN',
  'IsInf',
  'Clip',
  'Dropout',
  'Softmax',
  'LogSoftmax',
  'Hardmax',
  'LpNormalization',
  'Trilu',
];

const elementwise: Case[] = [
  ...unaries.map((op): Case => [op, [f(2, 3, 4)], {}, [f(2, 3, 4)], at(18)]),
  ['Gelu', [f(2, 3)], { approximate: 'tanh' }, [f(2, 3)], at(20)],
  ['Swish', [f(2, 3)], {}, [f(2, 3)], { opset: 24, runs: false }],
  ['Not', [input('bool', 2, 3)], {}, [f(2, 3)]],
  ['BitwiseNot', [input('int32', 2, 3)], {}, [f(2, 3)], at(18)],
  ['Clip', [f(2, 3), scalar(0, 'float32'), scalar(6, 'float32')], {}, [f(2, 3)]],
  ['Dropout', [f(2, 3)], {}, [f(2, 3), f(2, 3)]],
  ['CumSum', [f(2, 3), scalar(1)], {}, [f(2, 3)]],
  ['Cast', [f(2, 3)], { to: 7 }, [f(2, 3)]],
  ['CastLike', [f(2, 3), i64(1)], {}, [f(2, 3)]],
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'PRelu'].map((op): Case => [op, [f(2, 3, 4), f(3, 1)], {}, [f(2, 3, 4)]]),
  ...['Add', 'Sub', 'Mul', 'Div', 'Pow', 'Min', 'Max', 'Sum', 'Mean'].map(
    (op): Case => [op, [f(3, 1), f(2, 1, 4)], {}, [f(2, 3, 4)]],
  ),
  ['Mod', [f(3, 1), f(2, 1, 4)], { fmod: 1 }, [f(2, 3, 4)]],
  ['Max', [f(3, 1), f(4), f(2, 1, 1)], {}, [f(2, 3, 4)]],
  ['Sum', [f(3)], {}, [f(3)]],
  ['Add', [f(), f(2)], {}, [f(2)]],
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map((op): Case => [op, [f(3, 1), f(4)], {}, [f(3, 4)]]),
  ...['And', 'Or', 'Xor'].map((op): Case => [op, [input('bool', 3, 1), input('bool', 4)], {}, [f(3, 4)]]),
  ...['BitwiseAnd', 'BitwiseOr', 'BitwiseXor'].map(
    (op): Case => [op, [input('int32', 3, 1), input('int32', 4)], {}, [f(3, 4)], at(18)],
  ),
  ['BitShift', [input('uint32', 3), input('uint32', 1)], { direction: 'LEFT' }, [f(3)]],
  ['Where', [input('bool', 3, 1), f(4), f(2, 1, 1)], {}, [f(2, 3, 4)]],
];

const movements: Case[] = [
  ['Reshape', [f(2, 3, 4), i64(4, -1)], {}, [f(4, 6)]],
  ['Reshape', [f(2, 3, 4), i64(0, -1)], {}, [f(2, 12)]],
  ['Reshape', [f(2, 3, 4), i64(-1, 0, 2, 2)], {}, [f(2, 3, 2, 2)]],
  ['Reshape', [f(1), zeros('int64', 0)], {}, [f()]],
  ['Reshape', [f(0, 3), i64(3, 0)], { allowzero: 1 }, [f(3, 0)]],
  ['Reshape', [f(1, 4, 6, 6), i64(0, 2, 2, 6, 6)], {}, [f(1, 2, 2, 6, 6)]],
  ['Flatten', [f(2, 3, 4, 5)], {}, [f(2, 60)]],
  ['Flatten', [f(2, 3, 4, 5)], { axis: 0 }, [f(1, 120)]],
  ['Flatten', [f(2, 3, 4, 5)], { axis: 4 }, [f(120, 1)]],
  ['Flatten', [f(2, 3, 4, 5)], { axis: -1 }, [f(24, 5)]],
  ['Transpose', [f(2, 3, 4)], {}, [f(4, 3, 2)]],
  ['Transpose', [f(2, 3, 4)], { perm: [1, 0, 2] }, [f(3, 2, 4)]],
  ['Squeeze', [f(2, 1, 3, 1)], {}, [f(2, 3)]],
  ['Squeeze', [f(2, 1, 3, 1), i64(-1)], {}, [f(2, 1, 3)]],
  ['Unsqueeze', [f(2, 3), i64(0, -1)], {}, [f(1, 2, 3, 1)]],
  ['Unsqueeze', [f(), i64(0)], {}, [f(1)]],
  ['Concat', [f(2, 3), f(2, 4), f(2, 1)], { axis: 1 }, [f(2, 8)]],
  ['Concat', [f(2, 3), f(5, 3)], { axis: -2 }, [f(7, 3)]],
  ['Split', [f(6, 4), i64(1, 2, 3)], {}, [f(1, 4), f(2, 4), f(3, 4)]],
  ['Split', [f(4, 6)], { axis: -1, num_outputs: 3 }, [f(4, 2), f(4, 2), f(4, 2)], at(18)],
  ['Split', [f(4, 7)], { axis: 1, num_outputs: 3 }, [f(4, 3), f(4, 3), f(4, 1)], at(18)],
  ['Slice', [f(10, 8), i64(1, 2), i64(7, 100)], {}, [f(6, 6)]],
  ['Slice', [f(10, 8), i64(-3), i64(2 ** 63), i64(-1)], {}, [f(10, 3)]],
  ['Slice', [f(10, 8), i64(0, 0), i64(-1, 8), i64(0, 1), i64(3, 2)], {}, [f(3, 4)]],
  ['Slice', [f(10, 8), i64(-1), i64(-(2 ** 63)), i64(0), i64(-1)], {}, [f(10, 8)]],
  ['Slice', [f(10, 8), i64(100), i64(2), i64(0), i64(-3)], {}, [f(3, 8)]],
  ['Slice', [f(10, 8), i64(5), i64(3), i64(0)], {}, [f(0, 8)], closed],
  // Backwards the start is kept within the axis.
  ['Slice', [f(5, 8), i64(-9), i64(-6), i64(0), i64(-3)], {}, [f(1, 8)], closed],
  ['Slice', [f(10, 8), i64(-100), i64(4), i64(0)], {}, [f(4, 8)], closed],
  ['Slice', [f(10, 8), i64(3), i64(-100), i64(0), i64(-2)], {}, [f(2, 8)], closed],
  ['Pad', [f(2, 3), i64(0, 1, 2, 3)], {}, [f(4, 7)]],
  ['Pad', [f(2, 5), i64(0, 1, 0, 2), scalar(1, 'float32')], { mode: 'constant' }, [f(2, 8)]],
  ['Pad', [f(4, 5), i64(1, -1, 1, -2)], {}, [f(6, 2)]],
  ['Pad', [f(4, 5), i64(1, 2), null, i64(-1)], { mode: 'edge' }, [f(4, 8)], at(18)],
  ['Expand', [f(3, 1), i64(2, 1, 4)], {}, [f(2, 3, 4)]],
  ['Expand', [f(2, 3, 4), i64(1)], {}, [f(2, 3, 4)]],
  ['Tile', [f(2, 3), i64(2, 4)], {}, [f(4, 12)]],
  ['DepthToSpace', [f(1, 8, 2, 3)], { blocksize: 2 }, [f(1, 2, 4, 6)]],
  ['SpaceToDepth', [f(1, 2, 4, 6)], { blocksize: 2 }, [f(1, 8, 2, 3)]],
  ['ReverseSequence', [f(4, 2), i64(1, 2)], {}, [f(4, 2)]],
  ['CenterCropPad', [f(6, 5, 3), i64(4, 8)], { axes: [0, 1] }, [f(4, 8, 3)], at(18)],
];

const indexing: Case[] = [
  ['Gather', [f(5, 4), i64(0, 2)], {}, [f(2, 4)]],
  ['Gather', [f(5, 4), scalar(-1)], { axis: 1 }, [f(5)]],
  ['Gather', [f(5, 4, 3), zeros('int64', 2, 2)], { axis: 1 }, [f(5, 2, 2, 3)]],
  ['GatherElements', [f(3, 4), zeros('int64', 2, 4)], { axis: 0 }, [f(2, 4)]],
  ['GatherND', [f(3, 4, 5), zeros('int64', 6, 2)], {}, [f(6, 5)]],
  ['GatherND', [f(3, 4, 5), zeros('int64', 3, 1)], { batch_dims: 1 }, [f(3, 5)]],
  ['ScatterElements', [f(3, 4), zeros('int64', 2, 4), f(2, 4)], { axis: 0, reduction: 'add' }, [f(3, 4)]],
  ['ScatterND', [f(3, 4), zeros('int64', 2, 1), f(2, 4)], { reduction: 'add' }, [f(3, 4)]],
  ['OneHot', [zeros('int64', 2, 3), scalar(5), f32(0, 1)], {}, [f(2, 3, 5)]],
  ['OneHot', [zeros('int64', 2, 3), i64(5), f32(0, 1)], { axis: 0 }, [f(5, 2, 3)]],
  ['TopK', [f(3, 7), i64(2)], {}, [f(3, 2), f(3, 2)]],
  ['TopK', [f(3, 7), i64(2)], { axis: 0 }, [f(2, 7), f(2, 7)]],
  ['Compress', [f(3, 4), numbers('bool', f(1, 0, 1))], { axis: 0 }, [f(2, 4)]],
  ['Compress', [f(3, 4), numbers('bool', f(1, 0, 1))], {}, [f(2)]],
  ['Unique', [f(1)], {}, [f(1), f(1), null, f(1)]],
  ['NonZero', [floats(f(1, 1, 0), f(3, 1))], {}, [f(2, 2)]],
  ['ArgMax', [f(3, 4, 5)], { axis: 1 }, [f(3, 1, 5)]],
  ['ArgMin', [f(3, 4, 5)], { axis: -1, keepdims: 0 }, [f(3, 4)]],
  ['EyeLike', [f(3, 4)], {}, [f(3, 4)]],
];

const reduceOperators = [
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
  'ReduceL1',
  'ReduceL2',
  'ReduceSumSquare',
  'ReduceLogSum',
  'ReduceLogSumExp',
];

const reductions: Case[] = [
  ...reduceOperators.map((op): Case => [op, [f(2, 3, 4)], { axes: [-1, 0] }, [f(1, 3, 1)], at(17)]),
  ...reduceOperators.map((op): Case => [op, [f(2, 3, 4)], { keepdims: 0 }, [f()], at(17)]),
  ...reduceOperators.map((op): Case => [op, [f(2, 3, 4), i64(1)], { keepdims: 0 }, [f(2, 4)], at(18)]),
  ...reduceOperators.map((op): Case => [op, [f(2, 3, 4)], { noop_with_empty_axes: 1 }, [f(2, 3, 4)], at(18)]),
  ['ReduceSum', [f(2, 3, 4), i64(0, 2)], {}, [f(1, 3, 1)]],
  ['ReduceSum', [f(2, 3, 4), zeros('int64', 0)], { noop_with_empty_axes: 1 }, [f(2, 3, 4)]],
  ['ReduceSum', [f(2, 3, 4), zeros('int64', 0)], {}, [f(1, 1, 1)]],
  ['ReduceSum', [f(2, 3, 4)], { keepdims: 0 }, [f()]],
];

const normalizations: Case[] = [
  ['BatchNormalization', [x4, f(4), f(4), f(4), f(4)], {}, [x4]],
  ['InstanceNormalization', [x4, f(4), f(4)], {}, [x4]],
  ['LayerNormalization', [f(2, 5, 8), f(8), f(8)], {}, [f(2, 5, 8), f(2, 5, 1), f(2, 5, 1)]],
  ['LayerNormalization', [f(2, 5, 8), f(5, 8)], { axis: 1 }, [f(2, 5, 8), f(2, 1, 1), f(2, 1, 1)]],
  ['GroupNormalization', [x4, f(2), f(2)], { num_groups: 2 }, [x4], { opset: 18 }],
  ['GroupNormalization', [x4, f(4), f(4)], { num_groups: 2 }, [x4], { opset: 21 }],
  ['RMSNormalization', [f(2, 5, 8), f(8)], {}, [f(2, 5, 8)], { opset: 23 }],
  ['LRN', [x4], { size: 3 }, [x4]],
  ['MeanVarianceNormalization', [x4], {}, [x4]],
];

const samplings: Case[] = [
  ['Resize', [x4, null, f32(1, 1, 2, 2)], { mode: 'nearest' }, [f(2, 4, 18, 14)]],
  ['Resize', [x4, null, f32(1, 1, 0.6, 1.3)], { mode: 'linear' }, [f(2, 4, 5, 9)]],
  ['Resize', [x4, f32(), f32(), i64(2, 4, 5, 20)], { mode: 'nearest' }, [f(2, 4, 5, 20)]],
  ['Resize', [x4, null, null, i64(18, 7)], { mode: 'cubic', axes: [2, 3] }, [f(2, 4, 18, 7)], at(18)],
  ['Resize', [x4, null, f32(1.5), null], { mode: 'nearest', axes: [3] }, [f(2, 4, 9, 10)], at(18)],
  ['Resize', [x4, null, null, i64(20, 21)], { axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' }, [f(2, 4, 20, 16)], at(18)],
  ['Resize', [x4, null, null, i64(20, 21)], { axes: [2, 3], keep_aspect_ratio_policy: 'not_smaller' }, [f(2, 4, 27, 21)], at(18)],
  ['Upsample', [x4, f32(1, 1, 2, 3)], {}, [f(2, 4, 18, 21)], { opset: 9 }],
  ['GridSample', [x4, f(2, 5, 6, 2)], {}, [f(2, 4, 5, 6)]],
  ['GridSample', [f(1, 2, 3, 4, 5), f(1, 2, 3, 4, 3)], {}, [f(1, 2, 2, 3, 4)], at(20)],
  ['AffineGrid', [f(2, 2, 3), i64(2, 3, 5, 6)], {}, [f(2, 5, 6, 2)], at(20)],
  ['RoiAlign', [x4, f(3, 4), zeros('int64', 3)], { output_height: 2, output_width: 5 }, [f(3, 4, 2, 5)]],
];

const creations: Case[] = [
  ['Constant', [], { value: { tensor: ints(f(1, 2), f(2, 1)) } }, [f(2, 1)]],
  ['Constant', [], { value_float: float(1) }, [f()]],
  ['Constant', [], { value_ints: [1, 2, 3] }, [f(3)]],
  ['ConstantOfShape', [i64(2, 3)], { value: { tensor: ints(f(7)) } }, [f(2, 3)]],
  ['ConstantOfShape', [zeros('int64', 0)], {}, [f()]],
  ['Range', [scalar(1), scalar(8), scalar(3)], {}, [f(3)]],
  ['Range', [scalar(5), scalar(0), scalar(-2)], {}, [f(3)]],
  ['Range', [scalar(0, 'float32'), scalar(1, 'float32'), scalar(0.3, 'float32')], {}, [f(4)]],
  ['Shape', [x4], {}, [f(4)]],
  ['Shape', [x4], { start: 1, end: -1 }, [f(2)]],
  ['Shape', [x4], { start: -2 }, [f(2)]],
  ['Size', [x4], {}, [f()]],
  ['RandomNormal', [], { shape: [2, 3] }, [f(2, 3)]],
  ['RandomUniformLike', [x4], {}, [x4]],
  ['Bernoulli', [f(2, 3)], {}, [f(2, 3)]],
  ['Multinomial', [f(2, 3)], { sample_size: 4 }, [f(2, 4)]],
  ['HannWindow', [scalar(10)], {}, [f(10)]],
];

const sequences: Case[] = [
  ['LSTM', [f(5, 2, 3), f(1, 16, 3), f(1, 16, 4)], { hidden_size: 4 }, [f(5, 1, 2, 4), f(1, 2, 4), f(1, 2, 4)]],
  [
    'LSTM',
    [f(5, 2, 3), f(2, 16, 3), f(2, 16, 4)],
    { hidden_size: 4, direction: 'bidirectional' },
    [f(5, 2, 2, 4), f(2, 2, 4), f(2, 2, 4)],
  ],
  ['GRU', [f(5, 2, 3), f(1, 12, 3), f(1, 12, 4)], { hidden_size: 4 }, [f(5, 1, 2, 4), f(1, 2, 4)]],
  ['RNN', [f(5, 2, 3), f(1, 4, 3), f(1, 4, 4)], { hidden_size: 4 }, [f(5, 1, 2, 4), f(1, 2, 4)]],
  ['RNN', [f(2, 5, 3), f(1, 4, 3), f(1, 4, 4)], { hidden_size: 4, layout: 1 }, [f(2, 5, 1, 4), f(2, 1, 4)], unrun],
  ['Attention', [f(2, 4, 5, 8), f(2, 4, 6, 8), f(2, 4, 6, 10)], {}, [f(2, 4, 5, 10)], { opset: 23 }],
  [
    'Attention',
    [f(2, 5, 32), f(2, 6, 16), f(2, 6, 20)],
    { q_num_heads: 4, kv_num_heads: 2 },
    [f(2, 5, 40), f(2, 2, 6, 8), f(2, 2, 6, 10), f(2, 4, 5, 6)],
    { opset: 23 },
  ],
  [
    'Attention',
    [f(2, 4, 1, 8), f(2, 4, 1, 8), f(2, 4, 1, 8), null, f(2, 4, 3, 8), f(2, 4, 3, 8)],
    {},
    [f(2, 4, 1, 8), f(2, 4, 4, 8), f(2, 4, 4, 8)],
    { opset: 23 },
  ],
  ['RotaryEmbedding', [f(2, 4, 5, 8), f(2, 5, 4), f(2, 5, 4)], {}, [f(2, 4, 5, 8)], { opset: 23 }],
];

const quantizations: Case[] = [
  ['QuantizeLinear', [f(2, 3), scalar(0.1, 'float32'), scalar(0, 'int8')], {}, [f(2, 3)]],
  ['DequantizeLinear', [input('uint8', 2, 3), scalar(0.1, 'float32'), scalar(0, 'uint8')], {}, [f(2, 3)]],
  ['DynamicQuantizeLinear', [f(2, 3)], {}, [f(2, 3), f(), f()]],
];

const ms: Options = { domain: 'com.microsoft' };
const contrib: Case[] = [
  ['FusedConv', [x4, f(6, 4, 3, 3), f(6)], { activation: 'Relu', strides: [2, 2] }, [f(2, 6, 4, 3)], ms],
  ['FusedGemm', [f(4, 3), f(5, 4), f(5)], { activation: 'Relu', transA: 1, transB: 1 }, [f(3, 5)], ms],
  ['FusedMatMul', [f(2, 4, 3), f(2, 5, 4)], { transA: 1, transB: 1 }, [f(2, 3, 5)], ms],
  ['Gelu', [f(2, 3)], {}, [f(2, 3)], ms],
  ['FastGelu', [f(2, 3), f(3)], {}, [f(2, 3)], ms],
  ['QuickGelu', [f(2, 3)], {}, [f(2, 3)], ms],
  ['BiasGelu', [f(2, 3), f(3)], {}, [f(2, 3)], ms],
  ['SkipLayerNormalization', [f(2, 5, 8), f(2, 5, 8), f(8), f(8), f(8)], {}, [f(2, 5, 8), null, null, f(2, 5, 8)], ms],
  ['Attention', [f(2, 5, 8), f(8, 24), f(24)], { num_heads: 2 }, [f(2, 5, 8)], ms],
  ['MultiHeadAttention', [f(2, 5, 8), f(2, 6, 8), f(2, 6, 8)], { num_heads: 2 }, [f(2, 5, 8)], ms],
  [
    'GroupQueryAttention',
    [f(2, 3, 64), f(2, 3, 32), f(2, 3, 32), null, null, numbers('int32', [2, 2], [2, 1]), scalar(3, 'int32')],
    { num_heads: 4, kv_num_heads: 2 },
    [f(2, 3, 64), null, null],
    ms,
  ],
  [
    'GroupQueryAttention',
    [f(2, 3, 128), null, null, null, null, numbers('int32', [2, 2], [2, 1]), scalar(3, 'int32')],
    { num_heads: 4, kv_num_heads: 2 },
    [f(2, 3, 64), null, null],
    ms,
  ],
  ['QLinearAdd', [input('uint8', 3, 1), ...q8, input('uint8', 4), ...q8, ...q8], {}, [f(3, 4)], ms],
  ['QLinearConcat', [...q8, input('uint8', 2, 3), ...q8, input('uint8', 2, 4), ...q8], { axis: 1 }, [f(2, 7)], ms],
  [
    'QLinearAveragePool',
    [input('uint8', 1, 2, 8, 8), ...q8, ...q8],
    { kernel_shape: [3, 3], strides: [2, 2] },
    [f(1, 2, 3, 3)],
    ms,
  ],
  [
    'QGemm',
    [input('uint8', 3, 4), ...q8, numbers('uint8', new Array(20).fill(1), [5, 4]), ...q8, null, ...q8],
    { transB: 1 },
    [f(3, 5)],
    ms,
  ],
  [
    'MatMulIntegerToFloat',
    [input('uint8', 3, 4), input('uint8', 4, 5), scalar(1, 'float32'), scalar(1, 'float32')],
    {},
    [f(3, 5)],
    ms,
  ],
  ['DynamicQuantizeMatMul', [f(3, 4), numbers('uint8', new Array(20).fill(1), [4, 5]), scalar(1, 'float32')], {}, [f(3, 5)], ms],
  ['QLinearSigmoid', [input('uint8', 3, 1), ...q8, ...q8], {}, [f(3, 1)], ms],
  ['QLinearGlobalAveragePool', [input('uint8', 2, 4, 5, 6), ...q8, ...q8], {}, [f(2, 4, 1, 1)], ms],
];

const families = {
  convolutions,
  transforms,
  losses,
  pools,
  products,
  elementwise,
  movements,
  indexing,
  reductions,
  normalizations,
  samplings,
  creations,
  sequences,
  quantizations,
  contrib,
};

/** The operator over inputs of given sizes, the first input's named d0, d1, ... where `open`. */
function build([op, sources, attributes, wanted, { opset = 17, domain = '' } = {}]: Case, open = false) {
  const b = new Builder(opset);
  const inputs: Value[] = [];
  const operands = sources.map((source, i) => {
    if (!source) return undefined;
    if ('bytes' in source) return b.constant(source);
    const { input: dtype, shape } = 'input' in source ? source : { input: 'float32' as const, shape: source };
    const value = b.input(`x${i}`, dtype, open && i === 0 ? shape.map((_, axis) => `d${axis}`) : shape);
    inputs.push(value);
    return value;
  });
  const node = b.node(op, operands, attributes, { domain, outputs: wanted.map((shape, i) => (shape ? `y${i}` : '')) });
  const details = { opset, domains: domain ? { [domain]: 1 } : {}, metadata: {}, producer: '', functions: [] };
  return { node, graph: new Graph({ name: 'case', inputs, outputs: node.outputs.filter(({ name }) => name), details }) };
}

const arrays: { readonly [type in DType]?: (count: number) => NumericArray } = {
  float32: (count) => Float32Array.from({ length: count }, (_, i) => ((i * 7) % 11) / 11),
  uint8: (count) => new Uint8Array(count),
  bool: (count) => new Uint8Array(count),
  int32: (count) => new Int32Array(count),
  uint32: (count) => new Uint32Array(count),
  int64: (count) => new BigInt64Array(count),
};

const feed = ({ dtype, shape }: Value): NdArray => ({
  shape: shape as number[],
  data: arrays[dtype!]!(elementCount(shape as number[])),
});

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
});

describe.each(Object.entries(families))('%s', (_, cases) => {
  it.each(cases.map((row) => [label(row), row] as const))('%s', async (_, row) => {
    const { node, graph } = build(row);
    const [, , , wanted, { runs = true } = {}] = row;
    for (const [i, shape] of wanted.entries())
      if (shape && isCertain(node.outputs[i]!)) expect(node.outputs[i]!.shape).toEqual(shape);
    expectOpenSizes(row);
    if (!runs) return;
    const session = await runtime.load(graph, { optimization: 'disabled' });
    const results = await session.run(Object.fromEntries(graph.inputs.map((value) => [value.name, feed(value)])));
    await session.dispose();
    for (const { name, dtype, info } of graph.outputs) {
      const result = results[name]!;
      expect(result.shape).toEqual(wanted[Number(name.slice(1))]);
      expect(arrays[dtype!]?.(0).constructor ?? result.data.constructor).toBe(result.data.constructor);
      if (info.elements) expect(Array.from(result.data, Number)).toEqual(info.elements);
    }
  });
});

const label = ([op, inputs, attributes, , options]: Case): string =>
  `${op} ${inputs.map((source) => (source ? JSON.stringify('bytes' in source ? { constant: source.shape } : 'input' in source ? source.shape : source) : '-')).join(' ')} ${JSON.stringify(attributes)} ${JSON.stringify(options ?? {})}`;

/** Sizes that depend on what the operands hold are not known. */
const isCertain = (value: Value): boolean => !value.shape?.some((dim) => typeof dim === 'string');

/** With the first input's sizes open, what is inferred is the same as soon as they are known. */
function expectOpenSizes(row: Case): void {
  const [, [first], , wanted, { open = true } = {}] = row;
  if (!open || !first || 'bytes' in first) return;
  const shape = 'input' in first ? first.shape : first;
  const sizes = new Map(shape.map((size, axis): [string, Dim] => [`d${axis}`, size]));
  const { node } = build(row, true);
  for (const [i, expected] of wanted.entries()) {
    const dims = node.outputs[i]!.shape?.map((dim) => substitute(dim, sizes));
    if (expected && dims?.every((dim) => typeof dim === 'number')) expect(dims).toEqual(expected);
  }
}
