/** Recurrent networks over a known number of steps, step by step. */
import { fail } from '../../errors.js';
import type { Builder } from '../builder.js';
import type { Value } from '../graph.js';
import { numbers } from '../tensor.js';
import { type Activation, activationsOf } from './activations.js';
import type { Call, Lowering, Lowerings } from './lowering.js';

/** Longer sequences stay one operator. */
const MOST_STEPS = 512;

/** What a cell works with in one direction. */
interface Direction {
  readonly b: Builder;
  /** [gates hidden, hidden], and what is added for it. */
  readonly recurrence: Value;
  readonly bias: Value | undefined;
  readonly peepholes: Value | undefined;
  readonly hidden: number;
  readonly activations: readonly Activation[];
  readonly call: Call;
}

interface State {
  /** [batch, hidden] */
  readonly h: Value;
  readonly c?: Value;
}

/** The next state where a row of the batch still runs, else the last one. */
function kept(b: Builder, alive: Value, next: State, last: State): State {
  const choice = (one: Value, other: Value) => b.add(other, b.mul(alive, b.sub(one, other)));
  return { h: choice(next.h, last.h), ...(next.c && last.c && { c: choice(next.c, last.c) }) };
}

const intScalar = (value: number, like: Value) => numbers(like.dtype ?? 'int32', [value], []);

/** One step: from what the input adds to each gate, [batch, gates hidden], and the state. */
type Cell = (direction: Direction, input: Value, state: State) => State;

interface Kind {
  readonly gates: number;
  readonly activations: readonly string[];
  readonly cell: Cell;
}

const part = (b: Builder, x: Value, n: number, size: number, axis = -1): Value =>
  b.slice(x, { starts: [n * size], ends: [(n + 1) * size], axes: [axis] });

/** x R^T + bias, of some gates. */
function recurrent({ b, recurrence, bias, hidden }: Direction, h: Value, first: number, count: number): Value {
  const rows = b.slice(recurrence, { starts: [first * hidden], ends: [(first + count) * hidden], axes: [0] });
  const product = b.matMul(h, b.transpose(rows, [1, 0]));
  return bias
    ? b.add(product, b.slice(bias, { starts: [first * hidden], ends: [(first + count) * hidden], axes: [0] }))
    : product;
}

/** H = f(x + h R^T) */
const rnn: Cell = (direction, input, { h }) => ({
  h: direction.activations[0]!(direction.b.add(input, recurrent(direction, h, 0, 1))),
});

/** H = (1 - z) g + z h; whether the reset gate acts before or after the product is an attribute. */
const gru: Cell = (direction, input, { h }) => {
  const { b, hidden, activations, call } = direction;
  const [f, g] = activations as [Activation, Activation];
  const both = f(b.add(b.slice(input, { starts: [0], ends: [2 * hidden], axes: [-1] }), recurrent(direction, h, 0, 2)));
  const [z, r] = [part(b, both, 0, hidden), part(b, both, 1, hidden)];
  const after = call.node.int('linear_before_reset', 0) === 1;
  const candidate = after ? b.mul(r, recurrent(direction, h, 2, 1)) : recurrent(direction, b.mul(r, h), 2, 1);
  const fresh = g(b.add(part(b, input, 2, hidden), candidate));
  return { h: b.add(b.mul(b.sub(1, z), fresh), b.mul(z, h)) };
};

/** C = f c + i g and H = o tanh(C); the gates come as input, output, forget, cell. */
const lstm: Cell = (direction, input, { h, c }) => {
  const { b, hidden, activations, peepholes, call } = direction;
  const [gate, cell, out] = activations as [Activation, Activation, Activation];
  const all = b.add(input, recurrent(direction, h, 0, 4));
  const seeing = (n: number, hole: number, state: Value) => {
    const own = part(b, all, n, hidden);
    return gate(peepholes ? b.add(own, b.mul(part(b, peepholes, hole, hidden, 0), state)) : own);
  };
  const i = seeing(0, 0, c!);
  const f = call.node.int('input_forget', 0) ? b.sub(1, i) : seeing(2, 2, c!);
  const next = b.add(b.mul(f, c!), b.mul(i, cell(part(b, all, 3, hidden))));
  return { h: b.mul(seeing(1, 1, next), out(next)), c: next };
};

const kinds: Readonly<Record<string, Kind>> = {
  RNN: { gates: 1, activations: ['Tanh'], cell: rnn },
  GRU: { gates: 3, activations: ['Sigmoid', 'Tanh'], cell: gru },
  LSTM: { gates: 4, activations: ['Sigmoid', 'Tanh', 'Tanh'], cell: lstm },
};

const unrolled: Lowering = (call) => {
  const { b, node, inputs } = call;
  const kind = kinds[node.op]!;
  const [X, W, R, B, lengths, initialH, initialC, P] = inputs;
  const ways = node.string('direction', 'forward') === 'bidirectional' ? 2 : 1;
  const stated = node.attributes.activations;
  const names = Array.isArray(stated) ? stated.map(String) : Array<readonly string[]>(ways).fill(kind.activations).flat();
  const activations = activationsOf(call, names);
  if (!activations || !X || X.rank !== 3) return undefined;
  const batchFirst = node.int('layout', 0) === 1;
  const x = batchFirst ? b.transpose(X, [1, 0, 2]) : X;
  const steps = x.shape![0];
  const hidden = R?.shape?.[2];
  if (typeof steps !== 'number' || typeof hidden !== 'number' || steps < 1 || steps > MOST_STEPS) return undefined;

  const of = (value: Value, way: number) => b.squeeze(b.slice(value, { starts: [way], ends: [way + 1], axes: [0] }), [0]);
  const start = (value: Value | undefined, way: number) => {
    if (value) return of(batchFirst ? b.transpose(value, [1, 0, 2]) : value, way);
    const size = b.op('Shape', [x], { start: 1, end: 2 });
    return b.op('Expand', [b.scalar(0, x.dtype), b.concat([size, b.ints([hidden])], 0)]);
  };
  const runs = Array.from({ length: ways }, (_, way) => {
    const bias = B && of(B, way);
    const half = kind.gates * hidden;
    const added = b.matMul(x, b.transpose(of(W!, way), [1, 0]));
    const input = bias ? b.add(added, part(b, bias, 0, half, 0)) : added;
    const direction: Direction = {
      b,
      call,
      hidden,
      recurrence: of(R!, way),
      bias: bias && part(b, bias, 1, half, 0),
      peepholes: P && of(P, way),
      activations: activations.slice(way * kind.activations.length),
    };
    const backwards = way === 1 || node.string('direction', 'forward') === 'reverse';
    let state: State = { h: start(initialH, way), ...(node.op === 'LSTM' && { c: start(initialC, way) }) };
    const all: Value[] = [];
    for (let step = 0; step < steps; step++) {
      const at = backwards ? steps - 1 - step : step;
      const next = kind.cell(direction, b.squeeze(b.slice(input, { starts: [at], ends: [at + 1], axes: [0] }), [0]), state);
      const alive = lengths && b.unsqueeze(b.mask(b.less(b.constant(intScalar(at, lengths)), lengths), x), [1]);
      all[at] = b.unsqueeze(alive ? b.mul(next.h, alive) : next.h, [0]);
      state = alive ? kept(b, alive, next, state) : next;
    }
    return { all: b.concat(all, 0), last: state };
  });
  const stacked = (values: readonly Value[], axis: number) =>
    b.concat(
      values.map((value) => b.unsqueeze(value, [axis])),
      axis,
    );
  const y = stacked(
    runs.map(({ all }) => all),
    1,
  );
  const lastOf = (pick: (state: State) => Value) =>
    stacked(
      runs.map(({ last }) => pick(last)),
      batchFirst ? 1 : 0,
    );
  const cell = node.op === 'LSTM' ? lastOf((state) => state.c ?? fail('an LSTM has a cell')) : undefined;
  return [batchFirst ? b.transpose(y, [2, 0, 1, 3]) : y, lastOf((state) => state.h), cell];
};

export const recurrents = { RNN: unrolled, GRU: unrolled, LSTM: unrolled } satisfies Lowerings;
