/**
 * Canonisation: gathers into a linear layer what belongs to it. Biases added behind, batch normalisations and constant scales
 * behind it or (on demand) before it, so that rules see one layer z = W x + b where the model has several operators.
 */
import { type Builder, sameShape } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import { affineOf, isConvolution, type LinearLayer } from './layer.js';

/** What canonisation asks about the graph. */
export interface Surroundings {
  readonly dependent: ReadonlySet<Value>;
  /** Nodes that a value's relevance comes from. */
  readonly consumers: (value: Value) => readonly Node[];
  /** Whether a value is where relevance starts. */
  readonly isEnd: (value: Value) => boolean;
}

/** Takes in what follows: as long as the layer's output goes to one node alone, and that is an affine function channel by channel. */
export function mergeBehind(b: Builder, layer: LinearLayer, around: Surroundings, batchNorm: boolean): LinearLayer {
  const [next, ...others] = around.consumers(layer.z);
  if (!next || others.length > 0 || around.isEnd(layer.z) || next.domain !== '') return layer;
  const step =
    next.op === 'BatchNormalization'
      ? batchNorm
        ? batchNormStep(b, layer, next)
        : undefined
      : constantStep(b, layer, next, around);
  if (!step) return layer;
  const { scale, shift } = step;
  const scaled = (value: Value) => (scale ? b.mul(value, scale) : value);
  const bias = layer.bias && shift ? b.add(scaled(layer.bias), shift) : layer.bias ? scaled(layer.bias) : shift;
  const weight = scale ? scaleOutputs(b, layer, scale) : layer.weight;
  return mergeBehind(b, { ...layer, weight, bias, z: next.output(), merged: [...layer.merged, next] }, around, batchNorm);
}

/** z' = scale z + shift, both broadcasting against z. */
interface AffineStep {
  readonly scale?: Value | undefined;
  readonly shift?: Value | undefined;
}

function batchNormStep(b: Builder, layer: LinearLayer, node: Node): AffineStep | undefined {
  const rank = layer.z.rank ?? 0;
  if (node.inputs[0] !== layer.z || rank < 2 || (!isConvolution(layer.node) && rank !== 2)) return undefined;
  if (!canScale(layer)) return undefined;
  const { scale, shift } = affineOf(b, node);
  const apart = (vector: Value) => b.reshape(vector, [-1, ...new Array<number>(rank - 2).fill(1)]);
  return { scale: apart(scale), shift: apart(shift) };
}

function constantStep(b: Builder, layer: LinearLayer, node: Node, { dependent }: Surroundings): AffineStep | undefined {
  const at = node.inputs.indexOf(layer.z);
  const other = node.inputs[1 - at];
  if (node.inputs.length !== 2 || !other || dependent.has(other)) return undefined;
  if (!sameShape(node.output().shape, layer.z.shape)) return undefined;
  const scales = canScale(layer) && isPerOutput(layer, other);
  const shifts = isBias(layer, other);
  if (node.op === 'Add' && shifts) return { shift: other };
  if (node.op === 'Sub' && at === 0 && shifts) return { shift: b.neg(other) };
  if (node.op === 'Mul' && scales) return { scale: other };
  if (node.op === 'Div' && at === 0 && scales) return { scale: b.op('Reciprocal', [other]) };
  return undefined;
}

/** Whether the weights' outputs can be told apart: products with the weights on the left have them in their rows. */
const canScale = ({ node, operand }: LinearLayer): boolean => node.op !== 'Einsum' && operand === 0;

/** One number for all channels is no bias but the start of an activation, as in Clip(x + 3, 0, 6) / 6. */
const isBias = (layer: LinearLayer, { shape }: Value): boolean =>
  !shape?.every((dim) => dim === 1) || layer.z.shape?.[channelAxis(layer)] === 1;

const channelAxis = ({ node, z }: LinearLayer): number => (isConvolution(node) ? 1 : z.rank! - 1);

/** One number, or one for each output channel. */
function isPerOutput(layer: LinearLayer, { shape }: Value): boolean {
  const { z } = layer;
  if (!shape || !z.shape) return false;
  const channel = channelAxis(layer);
  const first = z.shape.length - shape.length;
  return shape.every((dim, i) => dim === 1 || (first + i === channel && typeof dim === 'number'));
}

/** Multiplies what leads to each output channel. The factor broadcasts against z. */
function scaleOutputs(b: Builder, { node, weight }: LinearLayer, factor: Value): Value {
  if (factor.shape?.every((dim) => dim === 1)) return b.mul(weight, b.reshape(factor, [1]));
  const [first, second, ...kernel] = weight.shape as number[];
  const ones = kernel.map(() => 1);
  if (node.op === 'Conv') return b.mul(weight, b.reshape(factor, [-1, 1, ...ones]));
  if (node.op === 'ConvTranspose') {
    const group = node.int('group', 1);
    if (group === 1) return b.mul(weight, b.reshape(factor, [1, -1, ...ones]));
    const grouped = b.reshape(weight, [group, first! / group, second!, ...kernel]);
    return b.reshape(b.mul(grouped, b.reshape(factor, [group, 1, second!, ...ones])), [first!, second!, ...kernel]);
  }
  const inRows = node.op === 'Gemm' && node.int('transB', 0) === 1;
  return b.mul(weight, b.reshape(factor, inRows ? [-1, 1] : [-1]));
}

/**
 * Takes in the batch normalisation before a convolution or dense layer, with or without a ReLU between (as in DenseNet):
 * W' = W scale, b' = b + W shift, x' = (a - shift) / scale for what the layer reads, a. What ReLU leaves at shift or above is then
 * what a ReLU with a threshold leaves of the normalisation's own input. With zero padding, W shift is not the same at the border.
 */
export function mergeBefore(b: Builder, layer: LinearLayer, around: Surroundings): LinearLayer {
  const { node, x } = layer;
  const between = x.producer?.op === 'Relu' ? x.producer : undefined;
  const normalisation = between ? between.inputs[0]?.producer : x.producer;
  if (normalisation?.op !== 'BatchNormalization' || normalisation.domain !== '') return layer;
  if (layer.operand !== 0 || !(node.op === 'Conv' || (node.op === 'Gemm' && x.rank === 2 && !node.int('transA', 0))))
    return layer;
  const alone = [x, ...(between ? [between.inputs[0]!] : [])];
  if (alone.some((value) => around.consumers(value).length !== 1 || around.isEnd(value))) return layer;
  const { scale, shift } = affineOf(b, normalisation);
  const spatial = (x.shape ?? []).slice(2);
  if (!spatial.every((size) => typeof size === 'number')) return layer;
  const apart = (vector: Value) => b.reshape(vector, [-1, ...spatial.map(() => 1)]);
  // A channel of scale zero tells nothing about its input: W' is zero there, and x' does not matter.
  const divisor = b.add(scale, b.mask(b.equal(scale, 0), scale));
  const constant = b.op('Expand', [apart(shift), b.ints([1, x.shape![1] as number, ...(spatial as number[])])]);
  return {
    ...layer,
    x: b.div(b.sub(x, apart(shift)), apart(divisor)),
    weight: scaleInputs(b, layer, scale),
    bias: layer.apply(b, constant, layer.weight, layer.bias),
  };
}

/** Multiplies what comes from each input channel. */
function scaleInputs(b: Builder, { node, weight }: LinearLayer, factor: Value): Value {
  if (node.op === 'Gemm') return b.mul(weight, b.reshape(factor, node.int('transB', 0) ? [1, -1] : [-1, 1]));
  const [outputs, inputs, ...kernel] = weight.shape as number[];
  const group = node.int('group', 1);
  const ones = kernel.map(() => 1);
  if (group === 1) return b.mul(weight, b.reshape(factor, [1, -1, ...ones]));
  const grouped = b.reshape(weight, [group, outputs! / group, inputs!, ...kernel]);
  return b.reshape(b.mul(grouped, b.reshape(factor, [group, 1, inputs!, ...ones])), [outputs!, inputs!, ...kernel]);
}
