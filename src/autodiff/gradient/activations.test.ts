import { gradientCases } from '../../../test/gradient-cases.js';
import { awayFrom, between, constant, exactly, float } from '../../../test/samples.js';

const x = [2, 3, 4];
const smooth = between(-3, 3, x);
const scalar = (value: number) => constant(exactly([value], []));

gradientCases('activations', [
  ['Relu', { x: awayFrom(0, x) }, {}, { types: { float16: 2e-3, float64: 1e-3 } }],
  ['LeakyRelu', { x: awayFrom(0, x) }],
  ['LeakyRelu', { x: awayFrom(0, x) }, { alpha: float(0.3) }, { types: { float16: 2e-3 } }],
  ['LeakyRelu', { x: awayFrom(0, x) }, { alpha: float(-0.2) }],
  ['LeakyRelu', { x: awayFrom(0, x) }, { alpha: float(0) }],
  ['PRelu', { x: awayFrom(0, x), slope: [4] }],
  ['PRelu', { x: awayFrom(0, x), slope: [3, 1] }],
  ['PRelu', { x: awayFrom(0, x), slope: constant([1]) }],
  ['PRelu', { x: awayFrom(0, x), slope: [2, 3, 4] }],
  ['ThresholdedRelu', { x: awayFrom(1, x, 3) }],
  ['ThresholdedRelu', { x: awayFrom(0.5, x) }, { alpha: float(0.5) }],
  ['Elu', { x: awayFrom(0, x) }, {}, { types: { float16: 4e-3 } }],
  ['Elu', { x: awayFrom(0, x) }, { alpha: float(0.4) }],
  ['Elu', { x: awayFrom(0, x) }, { alpha: float(-0.7) }],
  ['Celu', { x: awayFrom(0, x) }, { alpha: float(2) }],
  ['Celu', { x: awayFrom(0, x) }],
  ['Selu', { x: awayFrom(0, x) }, {}, { types: { float16: 4e-3 } }],
  ['Selu', { x: awayFrom(0, x) }, { alpha: float(1.2), gamma: float(0.6) }],
  ['Clip', { x: awayFrom([0, 6], x, 8), low: scalar(0), high: scalar(6) }],
  ['Clip', { x: awayFrom([-1], x), low: scalar(-1) }],
  ['Clip', { x: awayFrom([0.5], x), low: null, high: scalar(0.5) }],
  ['Clip', { x }, {}, { types: { float16: 4e-3, float64: 1e-3 } }],
  ['Clip', { x: awayFrom([0, 1], x), low: scalar(0), high: scalar(1) }, {}, { types: { float64: 1e-3, float16: 2e-3 } }],
  ['Clip', { x, low: scalar(-3.4028234663852886e38), high: scalar(3.4028234663852886e38) }],
  ['Sigmoid', { x: smooth }, {}, { types: { float16: 4e-3, float64: 1e-3 } }],
  ['HardSigmoid', { x: awayFrom([-2.5, 2.5], x, 4) }],
  ['HardSigmoid', { x: awayFrom([-3, 3], x, 5) }, { alpha: float(1 / 6) }],
  ['HardSigmoid', { x: awayFrom([-2, 0], x, 3) }, { alpha: float(-0.5), beta: float(0) }],
  ['HardSwish', { x: awayFrom([-3, 3], x, 5) }],
  ['Tanh', { x: smooth }, {}, { types: { float16: 4e-3, float64: 1e-3 } }],
  ['Softplus', { x: smooth }, {}, { types: { float16: 4e-3 } }],
  ['Softsign', { x: smooth }],
  ['Mish', { x: smooth }, {}, { opset: 18, types: { float16: 4e-3 } }],
  ['Gelu', { x: smooth }, {}, { opset: 20, types: { float16: 4e-3 } }],
  ['Gelu', { x: smooth }, { approximate: 'tanh' }, { opset: 20 }],
  ['Swish', { x: smooth }, {}, { opset: 24 }],
  ['Swish', { x: smooth }, { alpha: float(1.702) }, { opset: 24 }],
  ['Shrink', { x: awayFrom([-0.5, 0.5], x) }],
  ['Shrink', { x: awayFrom([-1, 1], x) }, { lambd: float(1), bias: float(0.3) }],
  ['Erf', { x: smooth }],
]);
