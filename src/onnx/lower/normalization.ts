/** Layer and root-mean-square normalisation, with the residual sum before them that ONNX Runtime's optimiser takes in. */
import type { Value } from '../graph.js';
import { type Call, type Lowering, type Lowerings, rankOf } from './lowering.js';

/** Default of the fused operators. */
const SKIP_EPSILON = 1e-12;

/** y = x / rms(x) scale, and 1 / rms(x), over the axes from `axis` on. */
function rootMeanSquare(call: Call, x: Value, scale: Value, epsilon: number): { y: Value; inverse: Value } {
  const { node, b } = call;
  const rank = rankOf(x, call);
  const first = node.int('axis', -1);
  const axes = Array.from({ length: rank }, (_, axis) => axis).slice(first);
  const inverse = b.op('Reciprocal', [b.sqrt(b.add(b.reduceMean(b.square(x), axes), epsilon))]);
  return { y: b.mul(b.mul(x, inverse), scale), inverse };
}

const rms: Lowering = (call) => {
  const { y, inverse } = rootMeanSquare(call, call.x, call.inputs[1]!, call.node.float('epsilon', 1e-5));
  return [y, inverse];
};

const sum = ({ b }: Call, x: Value, others: readonly (Value | undefined)[]): Value =>
  others.filter((other) => other !== undefined).reduce(b.add, x);

/** Normalises input + skip + bias, and yields the sum as well. */
const skipLayer: Lowering = (call) => {
  const { node, b, x, inputs } = call;
  const [, skip, scale, shift, bias] = inputs;
  const total = sum(call, x, [skip, bias]);
  const attributes = { axis: -1, epsilon: { float: node.float('epsilon', SKIP_EPSILON) } };
  const normal = b.node('LayerNormalization', [total, scale, ...(shift ? [shift] : [])], attributes);
  return [...normal.outputs.slice(0, 3), total];
};

const skipRms: Lowering = (call) => {
  const [, skip, scale, bias] = call.inputs;
  const total = sum(call, call.x, [skip, bias]);
  const { y, inverse } = rootMeanSquare(call, total, scale!, call.node.float('epsilon', SKIP_EPSILON));
  return [y, undefined, inverse, total];
};

/** ONNX Runtime has these under ONNX's domain and its own. */
export const normalizations = {
  SimplifiedLayerNormalization: rms,
  'com.microsoft.SimplifiedLayerNormalization': rms,
  'com.microsoft.LayerNormalization': ({ node, b, inputs }) => b.node('LayerNormalization', inputs, node.attributes).outputs,
  'com.microsoft.SkipLayerNormalization': skipLayer,
  'com.microsoft.SkipSimplifiedLayerNormalization': skipRms,
} satisfies Lowerings;
