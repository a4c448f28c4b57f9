/** Keeps account of relevance while it is propagated: what arrives at each node, what leaves it, and where the difference went. */
import type { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';

/** What keeps relevance: biases, and stabilisers in denominators. */
export type Absorber = 'bias' | 'stabiliser';

/** Collects what one node absorbs, as values of any shape whose first axis is the batch. */
export interface Absorption {
  add(by: Absorber, amount: Value): void;
}

/** The columns of the account: per row and entry, [N, entries, 4]. */
export const columns = ['arrived', 'passed', 'bias', 'stabiliser'] as const;

export interface Entry {
  /** Name of the node. */
  readonly name: string;
  readonly op: string;
  readonly rule: string;
}

export interface Account {
  /** In the order in which relevance passes: from the scores to the input. */
  readonly entries: readonly Entry[];
  /** Sums, [N, entries, 4]. */
  readonly values: Value;
}

export class Ledger {
  readonly #b: Builder;
  readonly #rows: Value;
  readonly #entries: { entry: Entry; sums: Value[] }[] = [];

  /** @param rows a value of one number per row, [N] */
  constructor(b: Builder, rows: Value) {
    this.#b = b;
    this.#rows = rows;
  }

  /** Notes a node's passage: `pass` gets a place to say what is absorbed, and yields what flows back into each input. */
  record(
    entry: Entry,
    arriving: readonly Value[],
    pass: (absorption: Absorption) => readonly (Value | undefined)[],
  ): readonly (Value | undefined)[] {
    const absorbed: Record<Absorber, Value[]> = { bias: [], stabiliser: [] };
    const shares = pass({ add: (by, amount) => void absorbed[by].push(amount) });
    const sums = [arriving, shares.filter((share) => share !== undefined), absorbed.bias, absorbed.stabiliser];
    this.#entries.push({ entry, sums: sums.map((values) => this.#total(values)) });
    return shares;
  }

  account(): Account {
    const b = this.#b;
    const lines = this.#entries.map(({ sums }) =>
      b.unsqueeze(
        b.concat(
          sums.map((sum) => b.unsqueeze(sum, [1])),
          1,
        ),
        [1],
      ),
    );
    return { entries: this.#entries.map(({ entry }) => entry), values: b.concat(lines, 1) };
  }

  /** The sum of all elements of some values, row by row. */
  #total(values: readonly Value[]): Value {
    const b = this.#b;
    return values.map((value) => this.#rowSums(value)).reduce(b.add, b.mul(this.#rows, 0));
  }

  /** Sums over all axes but that of the batch; where it is merged with others, as in windows of attention, it is the outer one. */
  #rowSums(value: Value): Value {
    const b = this.#b;
    const [batch] = this.#rows.shape ?? [];
    const axes = (value.shape ?? []).map((_, axis) => axis);
    const at = value.shape?.indexOf(batch!) ?? -1;
    const single = batch === 1 ? b.reshape(b.reduceSum(value, undefined, false), [1]) : undefined;
    const apart = () => b.reduceSum(b.op('Reshape', [value, b.concat([b.shapeOf(this.#rows), b.ints([-1])], 0)]), [1], false);
    const others = axes.filter((axis) => axis !== at);
    const sums = single ?? (at < 0 ? apart() : others.length ? b.reduceSum(value, others, false) : value);
    return b.cast(sums, 'float32');
  }
}
