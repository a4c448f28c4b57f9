/** Rotary position embedding: pairs of channels turned by angles that grow with the position. */
import type { Value } from '../graph.js';
import { type Call, type Lowerings, rankOf, single, unsupported } from './lowering.js';

interface Turn {
  /** [batch, heads, length, size] */
  readonly x: Value;
  /** [batch or 1, 1, length, pairs] */
  readonly cos: Value;
  readonly sin: Value;
  /** Channels that turn; the others stay. */
  readonly width: number;
  /** Whether neighbours are a pair, or a channel and the one half the width behind it. */
  readonly interleaved: boolean;
}

/** (a, b) -> (a cos - b sin, a sin + b cos) for each pair. */
function turned({ b }: Call, { x, cos, sin, width, interleaved }: Turn): Value {
  const part = (value: Value, from: number, to: number, axis = -1) =>
    b.slice(value, { starts: [from], ends: [to], axes: [axis] });
  const size = x.shape?.at(-1);
  const moving = size === width ? x : part(x, 0, width);
  const half = width / 2;
  const pairs = interleaved ? b.reshape(moving, [0, 0, 0, half, 2]) : undefined;
  const pick = (n: number) => b.squeeze(part(pairs!, n, n + 1), [-1]);
  const [first, second] = pairs ? [pick(0), pick(1)] : [part(moving, 0, half), part(moving, half, width)];
  const real = b.sub(b.mul(first, cos), b.mul(second, sin));
  const imaginary = b.add(b.mul(first, sin), b.mul(second, cos));
  const rejoined = pairs
    ? b.reshape(b.concat([b.unsqueeze(real, [-1]), b.unsqueeze(imaginary, [-1])], -1), [0, 0, 0, width])
    : b.concat([real, imaginary], -1);
  return size === width ? rejoined : b.concat([rejoined, part(x, width, Number.MAX_SAFE_INTEGER)], -1);
}

/** [batch, length, heads size] as [batch, heads, length, size], and back. */
function byHeads(call: Call, heads: number, turn: (x: Value) => Value): Value {
  const { b, x } = call;
  if (rankOf(x, call) === 4) return turn(x);
  if (!heads) return unsupported(call, 'an input of rank 3 without the number of heads');
  const y = turn(b.transpose(b.reshape(x, [0, 0, heads, -1]), [0, 2, 1, 3]));
  return b.reshape(b.transpose(y, [0, 2, 1, 3]), [0, 0, -1]);
}

interface Caches {
  /** [batch or 1, length, pairs] */
  readonly cos: Value;
  readonly sin: Value;
}

/** @param x [batch, heads, length, size], of which `width` channels turn */
export function rotate(call: Call, x: Value, caches: Caches, width: number, interleaved: boolean): Value {
  const { b } = call;
  const [cos, sin] = [caches.cos, caches.sin].map((cache) =>
    b.unsqueeze(b.slice(cache, { starts: [0], ends: [width / 2], axes: [-1] }), [1]),
  ) as [Value, Value];
  return turned(call, { x, cos, sin, width, interleaved });
}

/** As the attributes of a rotary embedding say. */
function embedded(call: Call, caches: Caches, heads: number): Value {
  const { node } = call;
  return byHeads(call, heads, (x) => {
    const width = node.int('rotary_embedding_dim', 0) || x.shape?.at(-1);
    if (typeof width !== 'number') return unsupported(call, 'an input of unknown size');
    return rotate(call, x, caches, width, node.int('interleaved', 0) === 1);
  });
}

export const rotary = {
  // Without positions the caches are of each position already.
  RotaryEmbedding: single((call) => {
    const { b, node, inputs } = call;
    const [, cos, sin, positions] = inputs as readonly Value[];
    const at = (cache: Value) => (positions ? b.gather(cache, positions, 0) : cache);
    return embedded(call, { cos: at(cos!), sin: at(sin!) }, node.int('num_heads', 0));
  }),
  // A single position is where the sequence starts.
  'com.microsoft.RotaryEmbedding': single((call) => {
    const { b, x, node, inputs } = call;
    const [, positions, cos, sin] = inputs as readonly Value[];
    if (node.int('is_packed_batching', 0)) return unsupported(call, 'packed batching');
    const at = (cache: Value) => {
      if (positions!.rank === 2) return b.gather(cache, positions!, 0);
      const length = b.op('Shape', [x], rankOf(x, call) === 4 ? { start: 2, end: 3 } : { start: 1, end: 2 });
      return b.unsqueeze(b.op('Slice', [cache, positions!, b.add(positions!, length), b.ints([0])]), [0]);
    };
    return embedded(call, { cos: at(cos!), sin: at(sin!) }, node.int('num_heads', 0) || headsFrom(cos!, x, call));
  }),
} satisfies Lowerings;

/** Where it is not stated, the cache's width tells the size of a head. */
function headsFrom(cache: Value, x: Value, call: Call): number {
  const [pairs, channels] = [cache.shape?.at(-1), x.shape?.at(-1)];
  if (typeof pairs === 'number' && typeof channels === 'number') return channels / (2 * pairs);
  return rankOf(x, call) === 4 ? 0 : unsupported(call, 'a cache of unknown size');
}
