/**
 * DeepLIFT's rescale rule, operator by operator: what flows back is dy times a difference of outputs over a difference of inputs, so
 * that contributions add up to the difference of the scores. Where inputs hardly differ the slope is the gradient.
 *
 * Captum has these rules for activations of one input, and plain gradients for the rest. Here products are taken at the mean of
 * both points, quotients, softmax and norms by the steps they are made of, and maxima as Captum describes them: those add up too.
 */
import { gradient } from '../autodiff/gradient/index.js';
import type { Rule, RuleContext, RuleTable } from '../autodiff/rule.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';

/** A value at the input, and what it is at the baseline. */
interface Pair {
  readonly here: Value;
  readonly there: Value;
}

type Reference = (value: Value) => Value;

const mean = (b: Builder, { here, there }: Pair) => (here === there ? here : b.mul(b.add(here, there), 0.5));
const change = (b: Builder, { here, there }: Pair) => b.sub(here, there);

/** 1 where two values differ by more than rounding. */
function differing(b: Builder, { here, there }: Pair): Value {
  const size = b.add(b.abs(here), b.abs(there));
  return b.mask(b.greater(b.abs(b.sub(here, there)), b.add(b.mul(size, 1e-6), 1e-10)), here);
}

/** dy times change of y over change of x; what the gradient says where x hardly changes. */
function chord(b: Builder, x: Pair, y: Pair, dy: Value, tangent: Value): Value {
  const moved = differing(b, x);
  const still = b.sub(1, moved);
  const slope = b.div(change(b, y), b.add(b.mul(change(b, x), moved), still));
  return b.add(b.mul(b.mul(dy, slope), moved), b.mul(tangent, still));
}

export const activations = [
  ...[
    'Relu',
    'LeakyRelu',
    'PRelu',
    'ThresholdedRelu',
    'Elu',
    'Celu',
    'Selu',
    'Clip',
    'Sigmoid',
    'HardSigmoid',
    'Tanh',
    'Softplus',
  ],
  ...['Softsign', 'HardSwish', 'Mish', 'Gelu', 'Swish', 'Shrink', 'Erf', 'Exp', 'Log', 'Sqrt', 'Reciprocal', 'Abs', 'Pow', 'Sin'],
  ...['Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Asinh', 'Acosh', 'Atanh'],
];
const products = ['Mul', 'MatMul', 'Gemm', 'Conv', 'Einsum', 'ReduceSumSquare', 'ReduceL2'];
const maxima = ['MaxPool', 'GlobalMaxPool', 'ReduceMax', 'Max', 'ReduceMin', 'Min'];

/** The rules, given what each value is at the baseline. */
export function rescaleTable(reference: Reference): RuleTable {
  const each = (operators: readonly string[], rule: (op: string) => Rule) =>
    Object.fromEntries(operators.map((op) => [op, rule(op)]));
  return {
    ...gradient,
    ...each(activations, (op) => rescaled(gradient[op]!, reference)),
    ...each(products, (op) => atMean(gradient[op]!, reference)),
    ...each(maxima, (op) => maximum(gradient[op]!, reference, op.endsWith('Min') ? 'Min' : 'Max')),
    Div: quotient(reference),
    Softmax: softmax(reference),
    LayerNormalization: normalised(reference, ({ node, x }) => axesFrom(node.int('axis', -1), x)),
    InstanceNormalization: normalised(reference, ({ x }) => axesFrom(2, x)),
  };
}

/** y = f(x), element by element. */
const rescaled =
  (rule: Rule, reference: Reference): Rule =>
  (context) => {
    const { b, x, y, dy, wanted } = context;
    const shares = rule(context);
    if (wanted.slice(1).some(Boolean) || !shares[0]) return shares;
    const pairs = [x, y].map((here) => ({ here, there: reference(here) })) as [Pair, Pair];
    return [chord(b, ...pairs, dy, shares[0])];
  };

/**
 * A product: the change of a b is the change of a times the mean of b, and the other way round. A norm y of squares: its change is
 * that of the squares, over twice the mean of y.
 */
const atMean =
  (rule: Rule, reference: Reference): Rule =>
  (context) => {
    const atBoth = (here: Value) => mean(context.b, { here, there: reference(here) });
    const inputs = context.inputs.map((here) => here && atBoth(here));
    return rule({ ...context, inputs, x: inputs[0]!, y: atBoth(context.y) });
  };

/** a / c: the mean of 1 / c for a; for c, where the change of 1 / c is - change / (c c'), times the mean of a. */
const quotient =
  (reference: Reference): Rule =>
  ({ b, inputs: [a, c], dy, wanted }) => {
    const [numerator, divisor] = [a!, c!].map((here) => ({ here, there: reference(here) })) as [Pair, Pair];
    const one = b.scalar(1, dy.dtype);
    const inverse = mean(b, { here: b.div(one, divisor.here), there: b.div(one, divisor.there) });
    const share = () => b.neg(b.div(b.mul(dy, mean(b, numerator)), b.mul(divisor.here, divisor.there)));
    return [wanted[0] ? b.sumTo(b.mul(dy, inverse), a!) : undefined, wanted[1] ? b.sumTo(share(), c!) : undefined];
  };

/**
 * The change of a maximum goes in two steps, over the larger of both: up from the baseline's for the winner at the input, down from
 * there for the winner at the baseline.
 */
const maximum =
  (rule: Rule, reference: Reference, larger: 'Max' | 'Min'): Rule =>
  (context) => {
    const { b, node, inputs, y, dy } = context;
    const there = reference(y);
    const between = b.op(larger, [y, there]);
    const up = rule({ ...context, dy: b.mul(dy, b.sub(between, there)) });
    const baseline = { inputs: inputs.map((input) => input && reference(input)), node: there.producer ?? node };
    const down = rule({ ...context, ...baseline, x: baseline.inputs[0]!, y: there, dy: b.mul(dy, b.sub(y, between)) });
    return inputs.map((here, i) => {
      const [first, second] = [up[i], down[i]];
      if (!here || !first || !second) return undefined;
      const pair = { here, there: reference(here) };
      const moved = differing(b, pair);
      return b.div(b.mul(b.add(first, second), moved), b.add(b.mul(change(b, pair), moved), b.sub(1, moved)));
    });
  };

/** Softmax as exp and quotient. */
const softmax =
  (reference: Reference): Rule =>
  ({ b, node, x, dy }) => {
    const axes = [node.int('axis', -1)];
    const logits = { here: x, there: reference(x) };
    // Any constant may be subtracted, the same at both points; this one keeps exp in range.
    const highest = b.reduceMax(b.max(logits.here, logits.there), axes);
    const powers = { here: b.exp(b.sub(logits.here, highest)), there: b.exp(b.sub(logits.there, highest)) };
    const totals = { here: b.reduceSum(powers.here, axes), there: b.reduceSum(powers.there, axes) };
    const one = b.scalar(1, dy.dtype);
    const inverse = mean(b, { here: b.div(one, totals.here), there: b.div(one, totals.there) });
    const shared = b.reduceSum(b.mul(dy, mean(b, powers)), axes);
    const share = b.sub(b.mul(dy, inverse), b.div(shared, b.mul(totals.here, totals.there)));
    return [chord(b, logits, powers, share, b.mul(share, powers.here))];
  };

/** (x - mean) / sqrt(variance + epsilon) as a product, whose second factor depends on squares. */
const normalised =
  (reference: Reference, axesAt: (context: RuleContext) => readonly number[]): Rule =>
  (context) => {
    const { b, node, x, inputs, dy, upstream } = context;
    if (!upstream[0]) return [];
    const axes = axesAt(context);
    const epsilon = node.float('epsilon', 1e-5);
    const parts = (value: Value) => {
      const centred = b.sub(value, b.reduceMean(value, axes));
      const variance = b.reduceMean(b.square(centred), axes);
      const inverse = b.op('Reciprocal', [b.sqrt(b.add(variance, epsilon))]);
      return { centred, variance, inverse };
    };
    const [here, there] = [parts(x), parts(reference(x))];
    const pair = (key: keyof typeof here): Pair => ({ here: here[key], there: there[key] });
    const scale = node.op === 'InstanceNormalization' ? b.reshape(inputs[1]!, [-1, ...axes.map(() => 1)]) : inputs[1]!;
    const g = b.mul(dy, scale);
    const toInverse = b.reduceSum(b.mul(g, mean(b, pair('centred'))), axes);
    const cube = b.mul(here.inverse, b.square(here.inverse));
    const toVariance = chord(b, pair('variance'), pair('inverse'), toInverse, b.mul(toInverse, b.mul(cube, -0.5)));
    // The change of a square is the change times twice the mean, averaged over the axes; centring is linear.
    const count = axes.reduce((product, axis) => product * (x.shape![axis] as number), 1);
    const toCentred = b.add(b.mul(g, mean(b, pair('inverse'))), b.mul(b.mul(toVariance, mean(b, pair('centred'))), 2 / count));
    return [b.sub(toCentred, b.reduceMean(toCentred, axes))];
  };

function axesFrom(first: number, x: Value): number[] {
  const rank = x.rank!;
  const start = first < 0 ? first + rank : first;
  return Array.from({ length: rank - start }, (_, i) => start + i);
}
