/**
 * DeepLIFT's rescale rule, operator by operator: what flows back is dy times a difference of outputs over a difference of inputs, so
 * that contributions add up to the difference of the scores. Where inputs hardly differ the slope is the gradient.
 *
 * Captum has these rules for activations of one input, and plain gradients for the rest. Here products are taken at the mean of
 * both points, quotients, softmax and norms by the steps they are made of, and maxima as Captum describes them: those add up too.
 */
import { gradient } from '../autodiff/gradient/index.js';
import type { Rule, RuleContext, RuleTable } from '../autodiff/rule.js';
import type { Value } from '../onnx/graph.js';
import { change, chord, differing, mean, type Pair, type Reference } from './chord.js';
import { logSoftmax, softmax } from './deeplift-softmax.js';

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
    LogSoftmax: logSoftmax(reference),
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
      return { centred, inverse };
    };
    const [here, there] = [parts(x), parts(reference(x))];
    const pair = (key: keyof typeof here): Pair => ({ here: here[key], there: there[key] });
    const scale = node.op === 'InstanceNormalization' ? b.reshape(inputs[1]!, [-1, ...axes.map(() => 1)]) : inputs[1]!;
    const g = b.mul(dy, scale);
    const toInverse = b.reduceSum(b.mul(g, mean(b, pair('centred'))), axes);
    // The slope of 1 / sqrt(v) between two variances, without the difference of two that are almost equal.
    const slope = b.div(b.square(b.mul(here.inverse, there.inverse)), b.add(here.inverse, there.inverse));
    const toVariance = b.neg(b.mul(toInverse, slope));
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
