/** Attention in which several heads of queries share keys and values, as ONNX Runtime runs language models. */

import type { Value } from '../graph.js';
import { attended, joined, parts, repeated, scaleOf, split } from './attention.js';
import { type Call, type Lowering, type Lowerings, rankOf, unsupported } from './lowering.js';
import { causal } from './masks.js';
import { rotate } from './rotary.js';

/** Of whole inputs at once: what a cache would add is refused. */
const grouped: Lowering = (call) => {
  const { b, node, inputs } = call;
  const [query, key, value, pastKey, pastValue, , , cos, sin, positions, bias, sink] = inputs;
  if (!isEmpty(pastKey) || !isEmpty(pastValue)) return unsupported(call, 'a cache of keys and values');
  if (sink || node.int('smooth_softmax', 0) > 0) return unsupported(call, 'a sink of attention');
  const [heads, shared] = [node.int('num_heads'), node.int('kv_num_heads')];
  const [width, length] = [query!.shape?.at(-1), query!.shape?.[1]];
  const window = node.int('local_window_size', -1);
  if (window > 0 && !(typeof length === 'number' && length <= window)) return unsupported(call, 'a window');
  if (typeof width !== 'number' || rankOf(query!, call) !== 3) return unsupported(call, 'queries of unknown size');
  const size = key ? width / heads : width / (heads + 2 * shared);
  const flat = key ? [query!, key, value!] : parts(b, query!, [heads * size, shared * size, shared * size]);
  const [q, k, v] = flat.map((x, i) => split(b, x, i ? shared : heads)) as [Value, Value, Value];
  const turn = (x: Value) => (node.int('do_rotary', 0) ? turned(call, x, cos!, sin!, positions) : x);
  const [turnedQ, turnedK] = [turn(q), turn(k)];
  const y = attended(b, {
    q: turnedQ,
    k: repeated(call, turnedK, heads),
    v: repeated(call, v, heads),
    scale: scaleOf(call, size),
    softcap: node.float('softcap', 0),
    masks: [causal(b, turnedQ, turnedK, NEVER), bias],
  }).y;
  return [joined(b, y), turnedK, v];
};

const isEmpty = (cache: Value | undefined): boolean => !cache || cache.shape?.[2] === 0;

const NEVER = -1e30;

/** Positions count from the start. */
function turned(call: Call, x: Value, cos: Value, sin: Value, positions: Value | undefined): Value {
  const { b, node } = call;
  const at = (cache: Value) => {
    if (positions) return b.gather(cache, positions, 0);
    const length = x.shape?.[2];
    const end = typeof length === 'number' ? b.ints([length]) : b.op('Shape', [x], { start: 2, end: 3 });
    return b.unsqueeze(b.op('Slice', [cache, b.ints([0]), end, b.ints([0])]), [0]);
  };
  const pairs = cos.shape?.[1];
  if (typeof pairs !== 'number') return unsupported(call, 'a cache of unknown size');
  return rotate(call, x, { cos: at(cos), sin: at(sin) }, 2 * pairs, node.int('rotary_interleaved', 0) === 1);
}

export const groupedAttention = { 'com.microsoft.GroupQueryAttention': grouped } satisfies Lowerings;
