/**
 * Gradients of activations: dx = dy f'(x), written with the output y wherever f' can be: convolution, bias and activation then stay
 * one fused kernel. Choices are sums of masks, since `Where` is slow on the CPU engine. At kinks the value is PyTorch's.
 */
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { numberOf } from '../../onnx/infer/content.js';
import { elementwise, type Rule, type RuleTable } from '../rule.js';

/** Selu's constants (Klambauer et al. 2017). */
const SELU_ALPHA = 1.6732632423543772;
const SELU_GAMMA = 1.0507009873554805;

/** 1 where the condition holds, else 0, in the type of `like`. */
const positive = (b: Builder, x: Value) => b.mask(b.greater(x, 0), x);

/** `above` where the mask is 1, `below` where it is 0. */
function choose(b: Builder, mask: Value, above: number, below: Value | number): Value {
  if (typeof below === 'number') return b.add(b.mul(mask, above - below), below);
  return b.add(above === 1 ? mask : b.mul(mask, above), b.mul(b.sub(1, mask), below));
}

const sigmoidGradient = (b: Builder, y: Value) => b.mul(y, b.sub(1, y));

/** d/dx of x s(alpha x), where s is the logistic function. */
function swish(b: Builder, x: Value, alpha: number): Value {
  const s = b.sigmoid(alpha === 1 ? x : b.mul(x, alpha));
  return b.add(s, b.mul(b.mul(x, alpha), sigmoidGradient(b, s)));
}

/** d/dx of x Phi(x): Phi(x) + x phi(x). */
function gelu(b: Builder, x: Value): Value {
  const distribution = b.mul(b.add(b.erf(b.mul(x, Math.SQRT1_2)), 1), 0.5);
  const density = b.mul(b.exp(b.mul(b.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return b.add(distribution, b.mul(x, density));
}

/** d/dx of x (1 + tanh u) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3). */
function geluTanh(b: Builder, x: Value): Value {
  const scale = Math.sqrt(2 / Math.PI);
  const cube = b.mul(x, b.square(x));
  const t = b.tanh(b.mul(b.add(x, b.mul(cube, 0.044715)), scale));
  const du = b.mul(b.add(b.mul(b.square(x), 3 * 0.044715), 1), scale);
  const slope = b.mul(b.mul(x, b.sub(1, b.square(t))), du);
  return b.mul(b.add(b.add(t, 1), slope), 0.5);
}

/** Both bounds count as outside, as in PyTorch's relu6. */
const clip: Rule = elementwise(({ b, y, inputs, node, dy }) => {
  const bound = (i: number): Value | undefined => {
    const value = inputs[i];
    const known = numberOf(value);
    return value && known !== undefined && Math.abs(known) >= 3.4e38 ? undefined : value;
  };
  const [low, high] = [bound(1), bound(2)];
  const above = low && b.op('Greater', [y, low]);
  const below = high && b.op('Less', [y, high]);
  const inside = above && below ? b.and(above, below) : (above ?? below);
  return inside ? b.mask(inside, dy) : b.scalar(1, node.inputs[0]?.dtype);
});

/** y = x where x > 0, slope x elsewhere; the slope is broadcast to x. */
const pRelu: Rule = ({ b, x, inputs, dy, wanted }) => {
  const slope = inputs[1]!;
  const mask = positive(b, x);
  const negative = b.mul(b.sub(1, mask), dy);
  return [b.add(b.mul(mask, dy), b.mul(negative, slope)), wanted[1] ? b.sumTo(b.mul(negative, x), slope) : undefined];
};

export const activations = {
  Relu: elementwise(({ b, y }) => positive(b, y)),
  // y > 0 says x > 0 only where the slope is not negative.
  LeakyRelu: elementwise(({ b, x, y, node }) => {
    const alpha = node.float('alpha', 0.01);
    return choose(b, positive(b, alpha >= 0 ? y : x), 1, alpha);
  }),
  PRelu: pRelu,
  ThresholdedRelu: elementwise(({ b, x, node }) => b.mask(b.greater(x, node.float('alpha', 1)), x)),
  Elu: elementwise(({ b, x, y, node }) => choose(b, positive(b, x), 1, b.add(y, node.float('alpha', 1)))),
  Celu: elementwise(({ b, x, y, node }) => choose(b, positive(b, x), 1, b.add(b.div(y, node.float('alpha', 1)), 1))),
  Selu: elementwise(({ b, x, y, node }) => {
    const gamma = node.float('gamma', SELU_GAMMA);
    return choose(b, positive(b, x), gamma, b.add(y, gamma * node.float('alpha', SELU_ALPHA)));
  }),
  Clip: clip,
  Sigmoid: elementwise(({ b, y }) => sigmoidGradient(b, y)),
  HardSigmoid: elementwise(({ b, y, node }) => b.mul(b.mask(b.and(b.greater(y, 0), b.less(y, 1)), y), node.float('alpha', 0.2))),
  Tanh: elementwise(({ b, y }) => b.sub(1, b.square(y))),
  Softplus: elementwise(({ b, x }) => b.sigmoid(x)),
  Softsign: elementwise(({ b, x }) => b.op('Reciprocal', [b.square(b.add(b.abs(x), 1))])),
  // x (x + 3) / 6 between -3 and 3. Both ends count as outside, as in PyTorch since 2.6.
  HardSwish: elementwise(({ b, x }) => {
    const inside = b.mask(b.less(b.abs(x), 3), x);
    const above = b.mask(b.not(b.less(x, 3)), x);
    return b.add(b.mul(inside, b.add(b.mul(x, 1 / 3), 0.5)), above);
  }),
  Mish: elementwise(({ b, x }) => {
    const t = b.tanh(b.op('Softplus', [x]));
    return b.add(t, b.mul(b.mul(x, b.sub(1, b.square(t))), b.sigmoid(x)));
  }),
  Gelu: elementwise(({ b, x, node }) => (node.string('approximate', 'none') === 'tanh' ? geluTanh(b, x) : gelu(b, x))),
  Swish: elementwise(({ b, x, node }) => swish(b, x, node.float('alpha', 1))),
  Shrink: elementwise(({ b, x, node }) => {
    const lambda = node.float('lambd', 0.5);
    return b.mask(b.greater(b.abs(x), lambda), x);
  }),
  Erf: elementwise(({ b, x }) => b.mul(b.exp(b.neg(b.square(x))), 2 / Math.sqrt(Math.PI))),
} satisfies RuleTable;
