/** Where relevance went on its way from the score to the input, row by row. */
import type { PlannedFlow } from '../methods/method.js';
import { elementCount, type FloatArray, type NdArray } from '../tensor/tensor.js';

export interface RowFlow {
  /** What the score started with. */
  readonly start: number;
  /** What reached the map. */
  readonly end: number;
  /** Where the rest went; given with `nodes`. The three add up to start - end. */
  readonly absorbed?: Absorbed;
  /** From the score to the input; nodes that pass all relevance on are left out. */
  readonly nodes?: readonly NodeFlow[];
}

interface Absorbed {
  /** Kept by biases; negative where they gave some. */
  readonly bias: number;
  /** Kept by stabilisers in denominators. */
  readonly stabiliser: number;
  /** Lost or made by rules: where nothing could take a share, and at nodes with the plain gradient. */
  readonly rule: number;
}

export interface NodeFlow extends Absorbed {
  readonly name: string;
  readonly op: string;
  readonly treatment: string;
  readonly arrived: number;
  readonly passed: number;
}

/** Reads the flow of every row from the results of a run. */
export function flowsOf(
  { start, account }: PlannedFlow,
  results: Readonly<Record<string, NdArray>>,
  attribution: FloatArray,
): RowFlow[] {
  const starts = results[start.name] as FloatArray;
  const size = elementCount(attribution.shape.slice(1));
  return Array.from(starts.data, (value, row) => {
    // In double precision: a map has many small values of either sign.
    const end = attribution.data.subarray(row * size, (row + 1) * size).reduce((sum, relevance) => sum + relevance, 0);
    if (!account) return { start: value, end };
    const { data, shape } = results[account.values.name] as FloatArray;
    const [, count, columns] = shape as [number, number, number];
    const nodes = account.entries.map(({ name, op, rule }, i): NodeFlow => {
      const at = (row * count + i) * columns;
      const [arrived, passed, bias, stabiliser] = data.subarray(at, at + columns) as unknown as [number, number, number, number];
      return { name, op, treatment: rule, arrived, passed, bias, stabiliser, rule: arrived - passed - bias - stabiliser };
    });
    const total = (by: keyof Absorbed) => nodes.reduce((sum, node) => sum + node[by], 0);
    return { start: value, end, absorbed: { bias: total('bias'), stabiliser: total('stabiliser'), rule: total('rule') }, nodes };
  });
}
