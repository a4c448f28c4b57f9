/**
 * A linear layer as relevance sees it: z = W x + b, whatever operators it is written in. A bias that is added behind, a batch
 * normalisation and constant scales that follow it belong to the layer: their factors go into the weights, as nodes over the
 * initialisers, and z is the last one's output. The model's own graph stays as it is, so its output cannot change.
 */

import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import { Node, Operation, type Value } from '../../onnx/graph.js';
import { gradient } from '../gradient/index.js';

export interface LinearLayer {
  /** The node that the layer starts with: its operand takes the relevance. */
  readonly node: Node;
  /** Which operand of the node that is. */
  readonly operand: number;
  /** What the weights multiply: that operand, or what it would be with the batch normalisation before it merged. */
  readonly x: Value;
  readonly weight: Value;
  /** Broadcasts against z. */
  readonly bias: Value | undefined;
  /** W x + b. */
  readonly z: Value;
  /** Nodes behind the first that are part of the layer. */
  readonly merged: readonly Node[];
  /** W' x' + b', for other weights, operands and biases. */
  readonly apply: (b: Builder, x: Value, weight: Value, bias?: Value) => Value;
  /** W'^T s, of the operand's shape. */
  readonly adjoint: (b: Builder, s: Value, weight: Value) => Value;
}

/** Operators with weights, and the operand that holds them where it is always the same. */
const weighted: Readonly<Record<string, readonly number[]>> = {
  Conv: [1],
  ConvTranspose: [1],
  Gemm: [1, 0],
  MatMul: [1, 0],
  Einsum: [1, 0],
};

/** Whether a convolution, transposed or not. */
export const isConvolution = ({ op }: Node): boolean => op === 'Conv' || op === 'ConvTranspose';

/** The layer that a node alone is, where one of its two operands depends on the input and the other does not. */
export function layerOf(b: Builder, node: Node, dependent: ReadonlySet<Value>): LinearLayer | undefined {
  if (node.domain !== '' || !Object.hasOwn(weighted, node.op)) return undefined;
  const [first, second, third] = node.inputs;
  if (!first || !second || (third && dependent.has(third)) || (node.op === 'Einsum' && third)) return undefined;
  const index = weighted[node.op]!.find((i) => !dependent.has(node.inputs[i]!) && dependent.has(node.inputs[1 - i]!));
  if (index === undefined) return undefined;
  const operand = 1 - index;
  const weight = node.inputs[index]!;
  const alpha = node.op === 'Gemm' ? node.float('alpha', 1) : 1;
  const beta = node.op === 'Gemm' ? node.float('beta', 1) : 1;
  const plain = node.op === 'Gemm' ? withoutFactors(node) : node;
  return {
    node,
    operand,
    x: node.inputs[operand]!,
    weight: alpha === 1 ? weight : b.mul(weight, alpha),
    bias: third && (beta === 1 ? asBroadcast(b, third, node) : b.mul(third, beta)),
    z: node.output(),
    merged: [],
    apply: (builder, x, w, bias) => apply(builder, plain, operand === 0 ? [x, w] : [w, x], bias),
    adjoint: (builder, s, w) => adjoint(builder, plain, operand, w, s),
  };
}

/** Gemm without alpha and beta, which have gone into weight and bias. */
function withoutFactors(node: Node): Node {
  const { alpha: _, beta: __, ...attributes } = node.attributes;
  return new Node(new Operation(node.op, node.inputs, attributes), { name: node.name, outputs: [] });
}

/** A convolution's bias is a vector over channels, which stand before the spatial axes. */
function asBroadcast(b: Builder, bias: Value, node: Node): Value {
  const spatial = isConvolution(node) ? (node.inputs[1]!.rank ?? 4) - 2 : 0;
  return spatial ? b.reshape(bias, [-1, ...new Array<number>(spatial).fill(1)]) : bias;
}

function apply(b: Builder, node: Node, operands: readonly Value[], bias: Value | undefined): Value {
  const vector = bias && isConvolution(node) && isPerChannel(bias, node, operands[1]!) ? b.reshape(bias, [-1]) : undefined;
  const product = b.op(node.op, vector ? [...operands, vector] : operands, node.attributes);
  return bias && !vector ? b.add(product, bias) : product;
}

/** [C, 1, ..., 1], or the same behind a batch axis of 1. */
function isPerChannel({ shape }: Value, node: Node, weight: Value): boolean {
  const [first, second, ...kernel] = weight.shape ?? [];
  const channels = node.op === 'Conv' ? first : (second as number) * node.int('group', 1);
  const dims = shape?.length === kernel.length + 2 && shape[0] === 1 ? shape.slice(1) : shape;
  return dims?.length === kernel.length + 1 && dims[0] === channels && dims.slice(1).every((dim) => dim === 1);
}

function adjoint(b: Builder, node: Node, operand: number, weight: Value, s: Value): Value {
  const inputs = node.inputs.slice(0, 2).map((value, i) => (i === operand ? value : weight));
  const shares = gradient[node.op]!({
    node,
    inputs,
    x: inputs[0]!,
    y: s,
    dy: s,
    upstream: [s],
    wanted: inputs.map((_, i) => i === operand),
    b,
  });
  return shares[operand] ?? fail(`${node.label}: its adjoint is missing`);
}

/** y = scale x + shift channel by channel: a batch normalisation as a layer of its own. */
export function batchNormLayer(b: Builder, node: Node): LinearLayer {
  const { scale, shift } = affineOf(b, node);
  const apart = (vector: Value) => b.reshape(vector, [-1, ...new Array<number>((node.inputs[0]!.rank ?? 4) - 2).fill(1)]);
  return {
    node,
    operand: 0,
    x: node.inputs[0]!,
    weight: apart(scale),
    bias: apart(shift),
    z: node.output(),
    merged: [],
    apply: (builder, x, w, bias) => (bias ? builder.add(builder.mul(x, w), bias) : builder.mul(x, w)),
    adjoint: (builder, s, w) => builder.mul(s, w),
  };
}

/** What a batch normalisation does at inference, vectors over channels: scale = gamma / sqrt(var + epsilon), shift = beta - mean scale. */
export function affineOf(b: Builder, node: Node): { scale: Value; shift: Value } {
  const [x, gamma, beta, mean, variance] = node.inputs as readonly Value[];
  const dtype = x!.dtype ?? 'float32';
  const root = b.sqrt(b.add(variance!, node.float('epsilon', 1e-5)));
  const wide = variance!.dtype ?? 'float32';
  const scale = b.div(b.cast(gamma!, wide), root);
  return { scale: b.cast(scale, dtype), shift: b.cast(b.sub(b.cast(beta!, wide), b.mul(mean!, scale)), dtype) };
}
