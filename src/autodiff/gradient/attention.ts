/** Gradient of Attention: softmax(Q K^T scale + mask) V, head by head. */
import { fail } from '../../errors.js';
import type { Builder } from '../../onnx/builder.js';
import type { Node, Value } from '../../onnx/graph.js';
import type { RuleContext, RuleTable } from '../rule.js';
import { arithmetic } from './arithmetic.js';
import { composite } from './composite.js';
import { matrix } from './matrix.js';
import { movement } from './movement.js';
import { normalization } from './normalization.js';

/** Added to a score, it leaves nothing after Softmax; half precision holds it too. */
const NEVER = 3e4;

function written({ b, node, inputs, upstream }: RuleContext): Value {
  if (inputs.slice(4).some(Boolean) || upstream.slice(1).some(Boolean))
    fail(`${node.label}: a cache of keys and values has no gradient rule`);
  if (node.float('softcap', 0) !== 0) fail(`${node.label}: softcap has no gradient rule`);
  return attentionInProducts(b, node, inputs);
}

/** The operator's first output, without cache and softcap. */
export function attentionInProducts(b: Builder, node: Node, [Q, K, V, mask]: readonly (Value | undefined)[]): Value {
  const q = heads(b, Q!, node, 'q_num_heads');
  const groups = sizeOf(q, 1, node) / sizeOf(heads(b, K!, node, 'kv_num_heads'), 1, node);
  const [k, v] = [K!, V!].map((value) => repeated(b, heads(b, value, node, 'kv_num_heads'), groups)) as [Value, Value];
  const scale = node.float('scale', 1 / Math.sqrt(sizeOf(q, 3, node)));
  const scores = b.mul(b.matMul(q, b.transpose(k, [0, 1, 3, 2])), scale);
  const masks = [...(mask ? [additive(b, mask, scores)] : []), ...(node.int('is_causal', 0) ? [causal(b, scores, node)] : [])];
  const weights = b.op('Softmax', [masks.reduce(b.add, scores)], { axis: -1 });
  const y = b.matMul(weights, v);
  return Q!.rank === 4 ? y : b.op('Reshape', [b.transpose(y, [0, 2, 1, 3]), b.ints([0, 0, -1])]);
}

/** [N, L, heads D] as [N, heads, L, D]. */
function heads(b: Builder, x: Value, node: Node, count: string): Value {
  return x.rank === 4 ? x : b.transpose(b.op('Reshape', [x, b.ints([0, 0, node.int(count), -1])]), [0, 2, 1, 3]);
}

/** Keys and values that several heads of queries share. */
function repeated(b: Builder, x: Value, times: number): Value {
  if (times === 1) return x;
  const copies = b.op('Expand', [b.unsqueeze(x, [2]), b.ints([1, 1, times, 1, 1])]);
  return b.reshape(copies, [0, -1, ...[2, 3].map((axis) => x.shape![axis] as number)]);
}

function additive(b: Builder, mask: Value, scores: Value): Value {
  return mask.dtype === 'bool' ? b.mul(b.sub(b.mask(mask, scores), 1), NEVER) : mask;
}

/** No query sees a later key. */
function causal(b: Builder, scores: Value, node: Node): Value {
  const ones = b.op('Expand', [b.scalar(1, scores.dtype), b.ints([2, 3].map((axis) => sizeOf(scores, axis, node)))]);
  return b.mul(b.sub(b.op('Trilu', [ones], { upper: 0 }), 1), NEVER);
}

function sizeOf(x: Value, axis: number, node: Node): number {
  const size = x.shape?.[axis];
  return typeof size === 'number' ? size : fail(`${node.label}: the size of "${x.name}" along axis ${axis} must be known`);
}

export const attention = {
  Attention: composite({ ...arithmetic, ...matrix, ...movement, ...normalization }, written),
} satisfies RuleTable;
