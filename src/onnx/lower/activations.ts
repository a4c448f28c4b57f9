/** Gelu in its forms, and activations that other operators carry with them. */
import { fail } from '../../errors.js';
import type { Builder } from '../builder.js';
import type { Attributes, Value } from '../graph.js';
import { type Call, type Lowerings, single } from './lowering.js';

/** The opset that has Gelu. */
const WITH_GELU = 20;

/** x Phi(x). */
export function gelu(b: Builder, x: Value): Value {
  if (b.opset >= WITH_GELU) return b.op('Gelu', [x]);
  return b.mul(b.mul(x, b.add(b.erf(b.mul(x, Math.SQRT1_2)), 1)), 0.5);
}

/** x (1 + tanh u) / 2 with u = sqrt(2/pi) (x + 0.044715 x^3). */
function geluTanh(b: Builder, x: Value): Value {
  if (b.opset >= WITH_GELU) return b.op('Gelu', [x], { approximate: 'tanh' });
  const cube = b.mul(b.square(x), x);
  const u = b.mul(b.add(x, b.mul(cube, 0.044715)), Math.sqrt(2 / Math.PI));
  return b.mul(b.mul(x, b.add(b.tanh(u), 1)), 0.5);
}

/** Of an activation's own numbers, in order: the attributes they are, or the inputs. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  Elu: ['alpha'],
  HardSigmoid: ['alpha', 'beta'],
  LeakyRelu: ['alpha'],
  Relu: [],
  Sigmoid: [],
  Softplus: [],
  Softsign: [],
  Tanh: [],
  ThresholdedRelu: ['alpha'],
};

/** The activation that a fused operator applies to its result. */
export function activated({ node, b }: Call, x: Value, name: string | undefined, given: readonly number[]): Value {
  if (name === undefined || name === '') return x;
  if (name === 'Clip') return b.op('Clip', [x, ...given.slice(0, 2).map((bound) => b.scalar(bound, x.dtype))]);
  const names = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (!names) return fail(`${node.label}: the activation "${name}" is not known`);
  const entries = names.flatMap((parameter, i) => (given[i] === undefined ? [] : [[parameter, { float: given[i] }]]));
  return b.op(name, [x], Object.fromEntries(entries) as Attributes);
}

export type Activation = (x: Value) => Value;

/**
 * The activations of a recurrent network in order; those that have numbers of their own take them from lists in that order. Nothing
 * where one is not known.
 */
export function activationsOf({ node, b }: Call, names: readonly string[]): readonly Activation[] | undefined {
  if (!names.every((name) => Object.hasOwn(parameters, name))) return undefined;
  const list = (attribute: string) => {
    const value = node.attributes[attribute];
    return typeof value === 'object' && 'floats' in value ? [...value.floats] : [];
  };
  const given: Readonly<Record<string, number[]>> = { alpha: list('activation_alpha'), beta: list('activation_beta') };
  const bound = node.has('clip') ? node.float('clip') : 0;
  return names.map((name, n) => {
    const entries = parameters[name]!.flatMap((parameter) => {
      const float = given[parameter]?.shift();
      return float === undefined ? [] : [[parameter, { float }]];
    });
    const attributes: Attributes = Object.fromEntries(entries);
    // ONNX Runtime does not clip what an LSTM's cell yields.
    const limit = node.op === 'LSTM' && n % 3 === 2 ? 0 : bound;
    return (x) =>
      b.op(name, [limit > 0 ? b.op('Clip', [x, b.scalar(-limit, x.dtype), b.scalar(limit, x.dtype)]) : x], attributes);
  });
}

export const activations = {
  'com.microsoft.Gelu': single(({ b, x }) => gelu(b, x)),
  'com.microsoft.BiasGelu': single(({ b, x, inputs: [, bias] }) => gelu(b, b.add(x, bias!))),
  'com.microsoft.FastGelu': single(({ b, x, inputs: [, bias] }) => geluTanh(b, bias ? b.add(x, bias) : x)),
  'com.microsoft.QuickGelu': single(({ b, x, node }) => b.mul(x, b.sigmoid(b.mul(x, node.float('alpha', 1.702))))),
} satisfies Lowerings;
