/**
 * Gradients of Fourier transforms, which are linear: the adjoint of y = F x is the inverse transform without its 1 / N, and the other
 * way round.
 */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import { numberOf } from '../../onnx/infer/content.js';
import { fourierAxis } from '../../onnx/infer/spectral.js';
import { numbers } from '../../onnx/tensor.js';
import { linear, type Rule, type RuleContext, type RuleTable } from '../rule.js';
import { arithmetic } from './arithmetic.js';
import { composite } from './composite.js';
import { indexing } from './indexing.js';
import { movement, sizeOf } from './movement.js';

/** The opset in which the axis became an input. */
const AXIS_IS_INPUT = 20;

/** Over one axis; the last one holds real and imaginary parts, or real ones alone. */
function transform(b: Builder, x: Value, axis: number, attributes: { inverse?: number; onesided?: number }): Value {
  if (b.opset < AXIS_IS_INPUT) return b.op('DFT', [x], { ...attributes, axis });
  return b.op('DFT', [x, undefined, b.constant(numbers('int64', [axis], []))], attributes);
}

/** Zeros behind the elements along an axis, or fewer elements. */
function toLength(b: Builder, x: Value, axis: number, length: number, node: Node): Value {
  const size = sizeOf(x, axis, node);
  const pads = new Array<number>(2 * x.rank!).fill(0);
  pads[axis + x.rank!] = length - size;
  return b.pad(x, pads);
}

const realPart = (b: Builder, x: Value): Value => b.slice(x, { starts: [0], ends: [1], axes: [x.rank! - 1] });

const dft: Rule = linear((context) => {
  const { b, node, x, y, dy } = context;
  const axis = fourierAxis(node, b.opset) ?? fail(`${node.label}: its axis is not constant, so it has no gradient rule`);
  const size = sizeOf(x, axis, node);
  const [inverse, onesided] = [node.int('inverse', 0), node.int('onesided', 0)];
  if (inverse && onesided) return toLength(b, halfAdjoint(context, axis), axis, size, node);
  const length = onesided ? lengthOf(node, size) : sizeOf(y, axis, node);
  const whole = toLength(b, dy, axis, length, node);
  const back = transform(b, whole, axis, { inverse: 1 - inverse });
  const share = x.shape?.at(-1) === 1 ? realPart(b, back) : back;
  return toLength(b, inverse ? b.div(share, length) : b.mul(share, length), axis, size, node);
});

const lengthOf = (node: Node, size: number): number =>
  node.inputs[1]
    ? (numberOf(node.inputs[1]) ?? fail(`${node.label}: its length is not constant, so it has no gradient rule`))
    : size;

/** A real signal from half of its spectrum: all frequencies but the first, and the last of an even number, count twice. */
function halfAdjoint({ b, node, y, dy }: RuleContext, axis: number): Value {
  const length = sizeOf(y, axis, node);
  const half = Math.floor(length / 2) + 1;
  const counts = Array.from({ length: half }, (_, k) => (k === 0 || 2 * k === length ? 1 / length : 2 / length));
  const dims = dy.shape!.map((_, i) => (i === axis ? half : 1));
  const spectrum = transform(b, dy, axis, { onesided: 1 });
  return b.mul(spectrum, b.constant(numbers(dy.dtype ?? 'float32', counts, dims)));
}

/** Frames of the signal, each weighted by the window and transformed. */
function shortTime({ b, node, inputs: [signal, step, window, length], y }: RuleContext): Value {
  const constant = (value: Value | undefined) =>
    numberOf(value) ?? fail(`${node.label}: its step and length are not constant, so it has no gradient rule`);
  const frames = sizeOf(y, 1, node);
  const size = window ? sizeOf(window, 0, node) : length ? constant(length) : sizeOf(signal!, 1, node);
  const stride = constant(step);
  const places = Array.from({ length: frames * size }, (_, i) => Math.floor(i / size) * stride + (i % size));
  const cut = b.gather(signal!, b.constant(numbers('int64', places, [frames, size])), 1);
  const weighted = window ? b.mul(cut, b.reshape(window, [size, 1])) : cut;
  return transform(b, weighted, 2, { onesided: node.int('onesided', 1) });
}

export const spectral = {
  DFT: dft,
  STFT: composite({ ...arithmetic, ...movement, ...indexing, DFT: dft }, shortTime),
} satisfies RuleTable;
