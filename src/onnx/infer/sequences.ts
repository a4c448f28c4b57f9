/** Recurrent networks and attention over sequences. */
import type { Dim, Info, Operation, Shape } from '../graph.js';
import { agree } from './broadcast.js';
import { add, exactQuotient, multiply } from './dims.js';
import { unary } from './elementwise.js';
import { type Rule, type RuleTable, ranked, reject, unknownDim } from './rule.js';

/** All hidden states, the last one, and for LSTM the last cell state. */
const recurrent =
  (states: number): Rule =>
  (operation) => {
    const x = ranked(operation, 0, 3, 3);
    const [directions] = ranked(operation, 1, 3, 3) ?? [];
    const hidden: Dim = operation.has('hidden_size')
      ? operation.int('hidden_size')
      : (ranked(operation, 2, 3, 3)?.[2] ?? unknownDim(operation, 3));
    const ways = directions ?? (operation.string('direction', 'forward') === 'bidirectional' ? 2 : 1);
    const dtype = operation.inputs[0]?.dtype;
    if (!x) return Array.from({ length: states + 1 }, () => ({ dtype }));
    agree(operation, 'input size and weights', x[2], ranked(operation, 1, 3, 3)?.[2]);
    const batchFirst = operation.int('layout', 0) === 1;
    const [length, batch] = batchFirst ? [x[1]!, x[0]!] : [x[0]!, x[1]!];
    const all: Shape = batchFirst ? [batch, length, ways, hidden] : [length, ways, batch, hidden];
    const last: Shape = batchFirst ? [batch, ways, hidden] : [ways, batch, hidden];
    return [{ dtype, shape: all }, ...Array.from({ length: states }, () => ({ dtype, shape: last }))];
  };

interface Heads {
  readonly batch: Dim;
  readonly heads: Dim;
  readonly length: Dim;
  readonly size: Dim;
}

/** Reads [batch, heads, length, size], or [batch, length, heads * size] with the number of heads as an attribute. */
function headsOf(operation: Operation, index: number, attribute: string): Heads | undefined {
  const shape = ranked(operation, index, 3, 4);
  if (!shape) return undefined;
  if (shape.length === 4) return { batch: shape[0]!, heads: shape[1]!, length: shape[2]!, size: shape[3]! };
  const heads = operation.int(attribute);
  const size = exactQuotient(shape[2]!, heads);
  if (size === undefined && typeof shape[2] === 'number')
    reject(operation, `${shape[2]} channels cannot be cut into ${heads} heads`);
  return { batch: shape[0]!, heads, length: shape[1]!, size: size ?? unknownDim(operation, 3) };
}

/** Attention of opset 23: the mixed values, keys and values for the next step, and the scores. */
function attention(operation: Operation): readonly Info[] {
  const [q, , v, , pastKey, pastValue] = operation.inputs;
  const query = headsOf(operation, 0, 'q_num_heads');
  const key = headsOf(operation, 1, 'kv_num_heads');
  const value = headsOf(operation, 2, 'kv_num_heads');
  if (!query || !key || !value) return [{ dtype: q?.dtype }, { dtype: q?.dtype }, { dtype: v?.dtype }, { dtype: q?.dtype }];
  agree(operation, 'sizes of queries and keys', query.size, key.size);
  agree(operation, 'numbers of keys and values', key.length, value.length);
  const past = ranked(operation, 4, 4, 4)?.[2] ?? (pastKey ? unknownDim(operation, 2) : 0);
  const total = add(past, key.length);
  const { batch, heads, length } = query;
  const mixed: Shape = q!.shape!.length === 4 ? [batch, heads, length, value.size] : [batch, length, multiply(heads, value.size)];
  return [
    { dtype: q?.dtype, shape: mixed },
    { dtype: operation.inputs[1]?.dtype, shape: [batch, key.heads, total, key.size] },
    { dtype: v?.dtype ?? pastValue?.dtype, shape: [batch, value.heads, total, value.size] },
    { dtype: q?.dtype, shape: [batch, heads, length, total] },
  ];
}

export const sequences: RuleTable = {
  RNN: recurrent(1),
  GRU: recurrent(1),
  LSTM: recurrent(2),
  Attention: attention,
  RotaryEmbedding: unary,
};
