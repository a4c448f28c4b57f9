/** Gradients of normalisations, and of softmax. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import type { Rule, RuleContext, RuleTable } from '../rule.js';
import { sign } from './arithmetic.js';
import { countOver, withoutZeros } from './reduction.js';

/** Axes from `first` to the last. */
const axesFrom = (first: number, x: Value): number[] => {
  const rank = x.rank ?? fail(`the rank of "${x.name}" is unknown`);
  return Array.from({ length: rank - first }, (_, i) => first + i);
};

/** A vector over channels, shaped so that it broadcasts against x. */
function perChannel(b: Builder, vector: Value, x: Value): Value {
  return b.reshape(vector, [-1, ...new Array<number>((x.rank ?? 4) - 2).fill(1)]);
}

/**
 * y = x̂ scale + bias with x̂ = (x - mean) rstd over some axes:
 * dx = rstd (g - mean(g) - x̂ mean(g x̂)), where g = dy scale.
 */
function standardised(b: Builder, normal: Value, rstd: Value, g: Value, axes: readonly number[]): Value {
  const centred = b.sub(g, b.reduceMean(g, axes));
  return b.mul(rstd, b.sub(centred, b.mul(normal, b.reduceMean(b.mul(g, normal), axes))));
}

/** x̂ and 1 / sqrt(var + epsilon) over some axes. */
function standardise(b: Builder, x: Value, axes: readonly number[], epsilon: number): { normal: Value; rstd: Value } {
  const centred = b.sub(x, b.reduceMean(x, axes));
  const variance = b.reduceMean(b.square(centred), axes);
  const rstd = b.op('Reciprocal', [b.sqrt(b.add(variance, epsilon))]);
  return { normal: b.mul(centred, rstd), rstd };
}

/** Sums over all but the channels. */
const overChannels = (b: Builder, value: Value): Value => b.reduceSum(value, [0, ...axesFrom(2, value)], false);

/** In training mode the statistics are those of the batch, and the further outputs are moving averages of them. */
const batchStatistics: Rule = ({ b, node, x, inputs, dy, upstream, wanted }) => {
  const axes = [0, ...axesFrom(2, x)];
  const { normal, rstd } = standardise(b, x, axes, node.float('epsilon', 1e-5));
  const momentum = node.float('momentum', 0.9);
  const [, dMean, dVariance] = upstream;
  const each = (share: Value) => b.mul(b.div(perChannel(b, share, x), elementsPerChannel(b, x)), 1 - momentum);
  const shares = [
    dy && standardised(b, normal, rstd, b.mul(dy, perChannel(b, inputs[1]!, x)), axes),
    dMean && b.expandLike(each(dMean), x),
    // d variance / dx = 2 (x - mean) / count, and x - mean is the normal form over rstd.
    dVariance && b.mul(each(dVariance), b.mul(b.div(normal, rstd), 2)),
  ].filter((share) => share !== undefined);
  return [
    shares.reduce(b.add),
    wanted[1] && dy ? overChannels(b, b.mul(dy, normal)) : undefined,
    wanted[2] && dy ? overChannels(b, dy) : undefined,
    wanted[3] && dMean ? b.mul(dMean, momentum) : undefined,
    wanted[4] && dVariance ? b.mul(dVariance, momentum) : undefined,
  ];
};

/** How many elements go into the statistics of a channel. */
function elementsPerChannel(b: Builder, x: Value): Value {
  const sizes = [b.op('Shape', [x], { start: 0, end: 1 }), b.op('Shape', [x], { start: 2 })];
  return b.cast(b.reduce('ReduceProd', b.concat(sizes, 0), undefined, false), x.dtype ?? 'float32');
}

/** Statistics are inputs of their own at inference: dx = dy scale / sqrt(var + epsilon). */
const batchNormalization: Rule = (context) => {
  const { b, node, x, inputs, dy, wanted } = context;
  if (node.int('training_mode', 0) === 1) return batchStatistics(context);
  const [, scale, , mean, variance] = inputs;
  const spread = b.add(variance!, node.float('epsilon', 1e-5));
  const slope = b.cast(b.div(b.cast(scale!, variance!.dtype ?? 'float32'), b.sqrt(spread)), dy.dtype ?? 'float32');
  const dx = b.mul(dy, perChannel(b, slope, x));
  const centred = () => b.sub(x, perChannel(b, mean!, x));
  return [
    dx,
    wanted[1] ? b.div(overChannels(b, b.mul(dy, centred())), b.sqrt(spread)) : undefined,
    wanted[2] ? overChannels(b, dy) : undefined,
    wanted[3] ? b.neg(overChannels(b, dx)) : undefined,
    wanted[4] ? b.div(overChannels(b, b.mul(dx, centred())), b.mul(spread, -2)) : undefined,
  ];
};

const instanceNormalization: Rule = ({ b, node, x, inputs, dy, wanted }) => {
  const axes = axesFrom(2, x);
  const { normal, rstd } = standardise(b, x, axes, node.float('epsilon', 1e-5));
  const g = b.mul(dy, perChannel(b, inputs[1]!, x));
  return [
    standardised(b, normal, rstd, g, axes),
    wanted[1] ? overChannels(b, b.mul(dy, normal)) : undefined,
    wanted[2] ? overChannels(b, dy) : undefined,
  ];
};

/**
 * Mean and 1 / deviation are further outputs of the node, which this very rule reads. So that the gradient has a gradient, what
 * flows back into them counts: each element's share in the mean is 1/n, in the other -rstd² x̂ / n.
 */
const layerNormalization: Rule = ({ b, node, x, inputs, upstream: [dy, dmean, drstd], wanted }) => {
  const axis = node.int('axis', -1);
  const axes = axesFrom(axis < 0 ? axis + (x.rank ?? 0) : axis, x);
  const { normal, rstd } = statistics(b, node, x, axes);
  const [, scale, bias] = inputs;
  const each = (share: Value, statistic: Value) => b.div(share, countOver(b, x, statistic, axes));
  const shares = [
    dy && standardised(b, normal, rstd, b.mul(dy, scale!), axes),
    dmean && each(dmean, dmean),
    drstd && b.mul(each(b.mul(drstd, b.neg(b.square(rstd))), drstd), normal),
  ];
  return [
    b.expandLike(shares.filter((share) => share !== undefined).reduce(b.add), x),
    dy && wanted[1] ? b.sumTo(b.mul(dy, normal), scale!) : undefined,
    dy && wanted[2] && bias ? b.sumTo(dy, bias) : undefined,
  ];
};

function statistics(b: Builder, node: Node, x: Value, axes: readonly number[]): { normal: Value; rstd: Value } {
  const [, mean, rstd] = node.outputs;
  if (!mean || !rstd || mean.dtype !== x.dtype) return standardise(b, x, axes, node.float('epsilon', 1e-5));
  return { normal: b.mul(b.sub(x, mean), rstd), rstd };
}

/** Instance normalisation over groups of channels; the scale is per channel, before opset 21 per group. */
const groupNormalization: Rule = ({ b, node, x, inputs, dy, wanted }) => {
  const groups = node.int('num_groups');
  const channels = x.shape?.[1] as number;
  const scale = inputs[1]!;
  const each = scale.shape?.[0] === channels;
  const single = () => b.op('Expand', [b.reshape(scale, [groups, -1]), b.ints([groups, channels / groups])]);
  const perEach = each ? scale : b.reshape(single(), [-1]);
  const grouped = b.reshape(x, [0, groups, -1]);
  const { normal, rstd } = standardise(b, grouped, [2], node.float('epsilon', 1e-5));
  const g = b.reshape(b.mul(dy, perChannel(b, perEach, x)), [0, groups, -1]);
  const summed = (value: Value) => {
    const channelwise = overChannels(b, value);
    return each ? channelwise : b.reduceSum(b.reshape(channelwise, [groups, -1]), [1], false);
  };
  return [
    b.reshapeLike(standardised(b, normal, rstd, g, [2]), x),
    wanted[1] ? summed(b.mul(dy, b.reshapeLike(normal, x))) : undefined,
    wanted[2] ? summed(dy) : undefined,
  ];
};

/** y = x̂ scale with x̂ = x / rms: dx = (g - x̂ mean(g x̂)) / rms, where g = dy scale. */
const rmsNormalization: Rule = ({ b, node, x, inputs, dy, wanted }) => {
  const axis = node.int('axis', -1);
  const axes = axesFrom(axis < 0 ? axis + (x.rank ?? 0) : axis, x);
  const mean = b.reduceMean(b.square(x), axes);
  const scaleDown = b.op('Reciprocal', [b.sqrt(b.add(mean, node.float('epsilon', 1e-5)))]);
  const normal = b.mul(x, scaleDown);
  const g = b.mul(dy, inputs[1]!);
  const dx = b.mul(scaleDown, b.sub(g, b.mul(normal, b.reduceMean(b.mul(g, normal), axes))));
  return [dx, wanted[1] ? b.sumTo(b.mul(dy, normal), inputs[1]!) : undefined];
};

const meanVarianceNormalization: Rule = ({ b, node, x, dy }) => {
  const axes = node.ints('axes', [0, 2, 3]);
  const { normal, rstd } = standardise(b, x, axes, 1e-9);
  return [standardised(b, normal, rstd, dy, axes)];
};

/** y = x / norm: for p = 2, dx = (dy - y sum(dy y)) / norm; for p = 1 the norm's gradient is the sign. */
const lpNormalization: Rule = ({ b, node, x, y, dy }) => {
  const axis = node.int('axis', -1);
  const p = node.int('p', 2);
  const norm = withoutZeros(b, b.reduce(p === 1 ? 'ReduceL1' : 'ReduceL2', x, [axis]));
  const direction = p === 1 ? sign(b, x) : y;
  return [b.div(b.sub(dy, b.mul(direction, b.reduceSum(b.mul(dy, y), [axis]))), norm)];
};

/**
 * y = x s^-beta with s = bias + alpha/size * (sum of x² over `size` neighbouring channels):
 * dx = dy s^-beta - 2 alpha beta / size * x * (sum over the channels that x is a neighbour of) of dy x s^(-beta-1).
 */
const lrn: Rule = ({ b, node, x, dy }) => {
  const size = node.int('size');
  const alpha = node.float('alpha', 1e-4);
  const beta = node.float('beta', 0.75);
  const before = Math.floor((size - 1) / 2);
  const s = b.add(b.mul(channelSum(b, b.square(x), size, before), alpha / size), node.float('bias', 1));
  const scaled = b.mul(dy, b.pow(s, -beta));
  const spread = channelSum(b, b.div(b.mul(scaled, x), s), size, size - 1 - before);
  return [b.sub(scaled, b.mul(b.mul(x, spread), (2 * alpha * beta) / size))];
};

/** Sums over windows of channels, zero-padded: an average pool over the channels as a spatial axis. */
function channelSum(b: Builder, x: Value, size: number, before: number): Value {
  const channels = x.shape?.[1];
  if (typeof channels !== 'number') return fail(`the number of channels of "${x.name}" is unknown`);
  const image = b.reshape(x, [0, 1, channels, -1]);
  const attributes = { kernel_shape: [size, 1], pads: [before, 0, size - 1 - before, 0], count_include_pad: 1 };
  return b.reshapeLike(b.mul(b.op('AveragePool', [image], attributes), size), x);
}

/** dx = y (dy - sum(y dy)). */
const softmax = ({ b, node, y, dy }: RuleContext) => {
  const product = b.mul(y, dy);
  return [b.sub(product, b.mul(y, b.reduceSum(product, [node.int('axis', -1)])))];
};

/** dx = dy - softmax(x) sum(dy). */
const logSoftmax = ({ b, node, y, dy }: RuleContext) => [b.sub(dy, b.mul(b.exp(y), b.reduceSum(dy, [node.int('axis', -1)])))];

export const normalization = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  RMSNormalization: rmsNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  LpNormalization: lpNormalization,
  LRN: lrn,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
} satisfies RuleTable;
