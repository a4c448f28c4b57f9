/** Gradients of arithmetic with broadcasting, and of the elementary functions. */
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { numberOf } from '../../onnx/infer/content.js';
import { isFloat } from '../../onnx/tensor.js';
import { broadcast, elementwise, passThrough, type Rule, type RuleTable } from '../rule.js';

/** -1, 0 or 1; written without Sign, which WebGPU lacks. */
export function sign(b: Builder, x: Value): Value {
  return b.sub(b.mask(b.greater(x, 0), x), b.mask(b.less(x, 0), x));
}

const present = (inputs: readonly (Value | undefined)[]): Value[] => inputs.filter((value) => value !== undefined);

/** Max and Min: operands that tie share evenly. */
const extremum: Rule = broadcast(({ b, inputs, y, dy }) => {
  const winners = present(inputs).map((input) => b.mask(b.equal(input, y), y));
  if (winners.length === 1) return [dy];
  const share = b.div(dy, winners.reduce(b.add));
  return winners.map((winner) => b.mul(winner, share));
});

/** x^p: p x^(p-1) dy to x, and x^p log(x) dy to p, where x > 0. */
const pow: Rule = broadcast(({ b, x, inputs, y, dy, wanted }) => {
  const exponent = inputs[1]!;
  const power = numberOf(exponent) === 2 ? x : b.op('Pow', [x, b.sub(exponent, 1)]);
  const positive = b.mask(b.greater(x, 0), x);
  const logarithm = () => b.mul(positive, b.log(b.add(b.mul(x, positive), b.sub(1, positive))));
  return [
    b.mul(dy, b.mul(power, b.cast(exponent, x.dtype ?? 'float32'))),
    wanted[1] ? b.mul(dy, b.mul(y, logarithm())) : undefined,
  ];
});

/** d/dx of f(x) for functions whose derivative is a rational function of x and a root. */
const inverseOf = (b: Builder, x: Value) => b.op('Reciprocal', [x]);

export const arithmetic = {
  Add: broadcast(({ dy }) => [dy, dy]),
  Sub: broadcast(({ b, dy }) => [dy, b.neg(dy)]),
  Mul: broadcast(({ b, inputs: [a, c], dy }) => [b.mul(dy, c!), b.mul(dy, a!)]),
  Div: broadcast(({ b, inputs: [, divisor], y, dy }) => {
    const share = b.div(dy, divisor!);
    return [share, b.neg(b.mul(share, y))];
  }),
  // Remainders: the whole number of divisors is constant almost everywhere.
  Mod: broadcast(({ b, inputs: [x, divisor], y, dy }) => [dy, b.mul(dy, b.div(b.sub(y, x!), divisor!))]),
  Pow: pow,
  Max: extremum,
  Min: extremum,
  Sum: broadcast(({ inputs, dy }) => inputs.map(() => dy)),
  Mean: broadcast(({ b, inputs, dy }) => {
    const share = b.div(dy, inputs.length);
    return inputs.map(() => share);
  }),
  Where: broadcast(({ b, inputs: [condition], dy }) => {
    const chosen = b.mask(condition!, dy);
    return [undefined, b.mul(dy, chosen), b.mul(dy, b.sub(1, chosen))];
  }),

  Neg: ({ b, dy }) => [b.neg(dy)],
  Abs: elementwise(({ b, x }) => sign(b, x)),
  Sqrt: ({ b, y, dy }) => [b.div(dy, b.mul(y, 2))],
  Exp: elementwise(({ y }) => y),
  Log: ({ b, x, dy }) => [b.div(dy, x)],
  Reciprocal: elementwise(({ b, y }) => b.neg(b.square(y))),
  Sin: elementwise(({ b, x }) => b.op('Cos', [x])),
  Cos: elementwise(({ b, x }) => b.neg(b.op('Sin', [x]))),
  Tan: elementwise(({ b, y }) => b.add(b.square(y), 1)),
  Asin: elementwise(({ b, x }) => inverseOf(b, b.sqrt(b.sub(1, b.square(x))))),
  Acos: elementwise(({ b, x }) => b.neg(inverseOf(b, b.sqrt(b.sub(1, b.square(x)))))),
  Atan: elementwise(({ b, x }) => inverseOf(b, b.add(b.square(x), 1))),
  Sinh: elementwise(({ b, x }) => b.op('Cosh', [x])),
  Cosh: elementwise(({ b, x }) => b.op('Sinh', [x])),
  Asinh: elementwise(({ b, x }) => inverseOf(b, b.sqrt(b.add(b.square(x), 1)))),
  Acosh: elementwise(({ b, x }) => inverseOf(b, b.sqrt(b.sub(b.square(x), 1)))),
  Atanh: elementwise(({ b, x }) => inverseOf(b, b.sub(1, b.square(x)))),

  Identity: passThrough,
  Dropout: passThrough,
  Cast: ({ b, x, dy }) => (isFloat(x.dtype) && isFloat(dy.dtype) ? [b.cast(dy, x.dtype!)] : []),
  CastLike: ({ b, x, dy }) => (isFloat(x.dtype) && isFloat(dy.dtype) ? [b.cast(dy, x.dtype!)] : []),
} satisfies RuleTable;
