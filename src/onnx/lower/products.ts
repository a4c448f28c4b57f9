/** Products that ONNX Runtime's optimiser has fused with what stands around them. */
import type { Attributes, Value } from '../graph.js';
import { activated } from './activations.js';
import { type Call, type Lowerings, rankOf, single, swapped } from './lowering.js';

const without = ({ node }: Call, ...names: readonly string[]): Attributes =>
  Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !names.includes(name)));

const floatsOf = ({ node }: Call, name: string): readonly number[] => {
  const attribute = node.attributes[name];
  return typeof attribute === 'object' && 'floats' in attribute ? attribute.floats : [];
};

/** activation(Conv(x, w, bias) + z) */
const fusedConv = single((call) => {
  const { node, b, inputs } = call;
  const [x, w, bias, z] = inputs;
  const product = b.op('Conv', bias ? [x, w, bias] : [x, w], without(call, 'activation', 'activation_params'));
  const sum = z ? b.add(product, z) : product;
  return activated(call, sum, node.string('activation', ''), floatsOf(call, 'activation_params'));
});

/** activation(alpha A B + beta C) */
const fusedGemm = single((call) => {
  const { node, b, inputs } = call;
  const names = ['activation_alpha', 'activation_beta', 'activation_gamma'];
  const product = b.op('Gemm', inputs, without(call, 'activation', ...names));
  const numbers = names.flatMap((name) => (node.has(name) ? [node.float(name)] : []));
  return activated(call, product, node.string('activation', ''), numbers);
});

/** The first axis of a stack of matrices behind the stack's own axes. */
function firstBehindStack(x: Value, call: Call): Value {
  const rank = rankOf(x, call);
  const stack = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  return call.b.transpose(x, [...stack, 0, rank - 1]);
}

/** alpha A' B', with last axes swapped or first axes moved as attributes say. */
const fusedMatMul = single((call) => {
  const { node, b, inputs } = call;
  const [left, right] = (['A', 'B'] as const).map((side, i) => {
    const operand = inputs[i]!;
    const stacked = node.int(`transBatch${side}`, 0) ? firstBehindStack(operand, call) : operand;
    return node.int(`trans${side}`, 0) && rankOf(operand, call) > 1 ? swapped(stacked, call) : stacked;
  }) as [Value, Value];
  const alpha = node.float('alpha', 1);
  const product = b.matMul(left, right);
  return alpha === 1 ? product : b.mul(product, alpha);
});

export const products = {
  'com.microsoft.FusedConv': fusedConv,
  'com.microsoft.FusedGemm': fusedGemm,
  'com.microsoft.FusedMatMul': fusedMatMul,
  'com.microsoft.TransposeMatMul': fusedMatMul,
} satisfies Lowerings;
