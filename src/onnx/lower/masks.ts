/** What is added to attention scores [batch, heads, queries, keys] so that some keys are not seen. */
import type { Builder } from '../builder.js';
import type { Value } from '../graph.js';
import { numbers } from '../tensor.js';

/** How many places [batch, heads, length, size] has, int64 []. */
export const lengthOf = (b: Builder, x: Value): Value =>
  typeof x.shape?.[2] === 'number' ? scalar(b, x.shape[2]) : b.squeeze(b.op('Shape', [x], { start: 2, end: 3 }), [0]);

const scalar = (b: Builder, value: number): Value => b.constant(numbers('int64', [value], []));

/** 0, 1, 2 ... one for each place. */
const positions = (b: Builder, x: Value): Value => b.op('Range', [scalar(b, 0), lengthOf(b, x), scalar(b, 1)]);

/** 0 where the condition holds, `never` elsewhere, of the type of `like`. */
export const hidden = (b: Builder, seen: Value, like: Value, never: number): Value =>
  b.where(seen, b.scalar(0, like.dtype), b.scalar(never, like.dtype));

/** No query sees a later key. @param offset how many keys are before the first query: int64, broadcast to [batch, 1, 1, 1] */
export function causal(b: Builder, queries: Value, keys: Value, never: number, offset?: Value): Value {
  const rows = b.unsqueeze(positions(b, queries), [1]);
  const last = offset ? b.add(rows, offset) : rows;
  return hidden(b, b.op('LessOrEqual', [positions(b, keys), last]), queries, never);
}

/** @param lengths how many keys of each row there are, integers [batch] */
export function fromLengths(b: Builder, lengths: Value, keys: Value, never: number): Value {
  const each = b.unsqueeze(b.cast(lengths, 'int64'), [1, 2, 3]);
  return hidden(b, b.less(positions(b, keys), each), keys, never);
}

/** @param mask integers that broadcast to the scores, 0 for what is not seen */
export function fromPadding(b: Builder, mask: Value, like: Value, never: number): Value {
  return hidden(b, b.cast(mask, 'bool'), like, never);
}
