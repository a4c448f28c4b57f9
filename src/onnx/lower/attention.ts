/** Attention in its forms: softmax(Q K^T scale + masks) V, head by head. */
import type { Builder } from '../builder.js';
import type { Value } from '../graph.js';
import { numbers } from '../tensor.js';
import { type Call, type Lowering, type Lowerings, rankOf, unsupported } from './lowering.js';
import { causal, fromLengths, fromPadding, hidden, lengthOf } from './masks.js';

interface Heads {
  /** [batch, heads, length, size] */
  readonly q: Value;
  readonly k: Value;
  readonly v: Value;
  readonly scale: number;
  /** What is added to the scores before the softmax. */
  readonly masks: readonly (Value | undefined)[];
  /** 1 for queries that see a key, 0 for those that see none and yield zeros. */
  readonly seeing?: Value | undefined;
  /** Scores beyond it are squeezed. */
  readonly softcap?: number;
}

/** The mixed values [batch, heads, length, size], and what they were computed through. */
export function attended(b: Builder, { q, k, v, scale, masks, seeing, softcap = 0 }: Heads) {
  const scores = b.mul(b.matMul(q, b.transpose(k, [0, 1, 3, 2])), scale);
  const capped = softcap > 0 ? b.mul(b.tanh(b.div(scores, softcap)), softcap) : scores;
  const masked = masks.filter((mask) => mask !== undefined).reduce(b.add, capped);
  const shares = b.op('Softmax', [masked], { axis: -1 });
  const weights = seeing ? b.mul(shares, seeing) : shares;
  return { y: b.matMul(weights, v), scores, capped, masked, weights };
}

/** [batch, length, heads size] as [batch, heads, length, size]. */
export function split(b: Builder, x: Value, heads: number): Value {
  const channels = x.shape?.at(-1);
  const size = typeof channels === 'number' ? channels / heads : -1;
  return b.transpose(b.reshape(x, [0, 0, heads, size]), [0, 2, 1, 3]);
}

/** The other way round. */
export const joined = (b: Builder, y: Value): Value => b.reshape(b.transpose(y, [0, 2, 1, 3]), [0, 0, -1]);

/** Where none is stated, 1 / sqrt of the size of a head. */
export function scaleOf(call: Call, size: unknown): number {
  const stated = call.node.float('scale', 0);
  if (stated !== 0) return stated;
  return typeof size === 'number' ? 1 / Math.sqrt(size) : unsupported(call, 'a head of unknown size');
}

/** Parts of a value along its last axis. */
export function parts(b: Builder, x: Value, sizes: readonly number[]): Value[] {
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  return sizes.map((size, i) => b.slice(x, { starts: [starts[i]!], ends: [starts[i]! + size], axes: [-1] }));
}

/** ONNX Runtime's Attention: one projection makes queries, keys and values. */
const projected: Lowering = (call) => {
  const { b, node, x, inputs } = call;
  const [, weights, bias, mask, past, extra] = inputs;
  if (past || call.isUsed(1)) return unsupported(call, 'a cache of keys and values');
  if (node.int('do_rotary', 0)) return unsupported(call, 'do_rotary');
  const width = weights!.shape?.[1];
  if (typeof width !== 'number') return unsupported(call, 'a projection of unknown size');
  const heads = node.int('num_heads');
  const sizes = node.has('qkv_hidden_sizes') ? node.ints('qkv_hidden_sizes') : Array<number>(3).fill(width / 3);
  const product = b.matMul(x, weights!);
  const [q, k, v] = parts(b, bias ? b.add(product, bias) : product, sizes).map((part) => split(b, part, heads));
  const never = node.float('mask_filter_value', -10000);
  const masks = [
    mask && keyMask(call, mask, k!, never),
    node.int('unidirectional', 0) ? causal(b, q!, k!, never) : undefined,
    extra,
  ];
  return [joined(b, attended(b, { q: q!, k: k!, v: v!, scale: scaleOf(call, sizes[0]! / heads), masks }).y), undefined];
};

/** A mask over keys, as additions to scores [batch, heads, queries, keys]: lengths [batch], or 0 for padding. */
function keyMask(call: Call, mask: Value, keys: Value, never: number): Value {
  const { b } = call;
  const rank = rankOf(mask, call);
  if (rank === 1) {
    const [batch, count] = [keys.shape?.[0], mask.shape?.[0]];
    if (count !== undefined && count !== batch) return unsupported(call, 'a mask of start and end positions');
    return fromLengths(b, mask, keys, never);
  }
  return fromPadding(b, rank === 2 ? b.unsqueeze(mask, [1, 2]) : rank === 3 ? b.unsqueeze(mask, [1]) : mask, keys, never);
}

/** Queries, keys and values each by itself or packed; their bias is added here. */
const multiHead: Lowering = (call) => {
  const { b, node, inputs } = call;
  const [query, key, value, bias, padding, extra, ...cache] = inputs;
  if (cache.some(Boolean) || [1, 2].some(call.isUsed)) return unsupported(call, 'a cache of keys and values');
  const heads = node.int('num_heads');
  const packed = (x: Value, n: number) => b.transpose(b.gather(x, b.constant(numbers('int64', [n], [])), 3), [0, 2, 1, 3]);
  const rank = rankOf(query!, call);
  if (bias && rank !== 3) return unsupported(call, 'a bias of packed queries');
  const widths = [query, key, value].map((x) => x?.shape?.at(-1));
  const known = widths.filter((width) => typeof width === 'number');
  const biases = bias && known.length === 3 ? parts(b, bias, known) : [];
  if (bias && !biases.length) return unsupported(call, 'a bias where sizes are unknown');
  const side = (x: Value | undefined, n: number, at: number) => {
    if (rank === 5) return packed(query!, n);
    if (key!.rank === 5 && n > 0) return packed(key!, n - 1);
    if (x!.rank === 4) return biases[at] ? b.add(x!, b.transpose(b.reshape(biases[at], [1, 1, heads, -1]), [0, 2, 1, 3])) : x!;
    return split(b, biases[at] ? b.add(x!, biases[at]) : x!, heads);
  };
  const [q, k, v] = [side(query, 0, 0), side(key, 1, 1), side(value, 2, 2)];
  const never = node.float('mask_filter_value', -10000);
  const masks = [
    padding && keyMask(call, padding, k, never),
    extra,
    node.int('unidirectional', 0) ? causal(b, q, k, never) : undefined,
  ];
  const { y, scores } = attended(b, { q, k, v, scale: scaleOf(call, q.shape?.[3]), masks });
  return [joined(b, y), undefined, undefined, scores];
};

/** Keys and values that several heads of queries share, once for each. */
export function repeated(call: Call, x: Value, heads: unknown): Value {
  const { b } = call;
  const own = x.shape?.[1];
  if (own === heads) return x;
  if (typeof own !== 'number' || typeof heads !== 'number') return unsupported(call, 'an unknown number of heads');
  const copies = b.op('Expand', [b.unsqueeze(x, [2]), b.ints([1, 1, heads / own, 1, 1])]);
  return b.op('Reshape', [copies, b.concat([b.ints([0, heads]), b.op('Shape', [x], { start: 2 })], 0)]);
}

/** What hides a key: the least number that single precision has, as in the operator's definition. */
const NEVER = -3.4028234663852886e38;

/** Attention of opset 23 and 24. */
const standard: Lowering = (call) => {
  const { b, node, inputs } = call;
  const [Q, K, V, mask, pastKey, pastValue, lengths] = inputs;
  if (node.has('left_window_size') || node.has('right_window_size')) return unsupported(call, 'a window');
  const byHeads = (x: Value, count: string) => (rankOf(x, call) === 4 ? x : split(b, x, node.int(count)));
  const q = byHeads(Q!, 'q_num_heads');
  const key = byHeads(K!, 'kv_num_heads');
  const value = byHeads(V!, 'kv_num_heads');
  const [allKeys, allValues] = [pastKey ? b.concat([pastKey, key], 2) : key, pastValue ? b.concat([pastValue, value], 2) : value];
  const [k, v] = [repeated(call, allKeys, q.shape?.[1]), repeated(call, allValues, q.shape?.[1])];
  const offset = pastKey ? lengthOf(b, pastKey) : lengths && b.unsqueeze(b.sub(lengths, lengthOf(b, q)), [1, 2, 3]);
  const isChoice = mask?.dtype === 'bool';
  const choices = [
    mask && isChoice ? hidden(b, padded(call, mask, k), q, NEVER) : undefined,
    node.int('is_causal', 0) ? causal(b, q, k, NEVER, offset) : undefined,
    lengths && fromLengths(b, lengths, k, NEVER),
  ].filter((choice) => choice !== undefined);
  // The least of them: a key that is hidden twice is not hidden more.
  const choice = choices.length ? choices.reduce(b.min) : undefined;
  // A causal mask alone always leaves a key.
  const seeing = choice && (isChoice || lengths) ? b.mask(b.greater(b.reduceMax(choice, [-1]), NEVER / 2), q) : undefined;
  const masks = [mask && !isChoice ? padded(call, mask, k) : undefined, choice];
  const scale = scaleOf(call, q.shape?.[3]);
  const softcap = node.float('softcap', 0);
  const { y, scores, capped, masked, weights } = attended(b, { q, k, v, scale, masks, softcap, seeing });
  const shown = [scores, capped, masked, weights][node.int('qk_matmul_output_mode', 0)];
  return [Q!.rank === 4 ? y : joined(b, y), allKeys, allValues, shown];
};

/** A mask may say nothing of the last keys, which are then not seen. */
function padded(call: Call, mask: Value, keys: Value): Value {
  const { b } = call;
  const [given, all] = [mask.shape?.at(-1), keys.shape?.[2]];
  if (given === all || typeof given !== 'number' || typeof all !== 'number') return mask;
  const pads = Array<number>(2 * mask.rank!).fill(0);
  pads[pads.length - 1] = all - given;
  return b.pad(mask, pads, mask.dtype === 'bool' ? 0 : NEVER);
}

export const attentions = {
  Attention: standard,
  'com.microsoft.Attention': projected,
  'com.microsoft.MultiHeadAttention': multiHead,
} satisfies Lowerings;
