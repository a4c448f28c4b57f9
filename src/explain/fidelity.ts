/** How far the graph that is explained is from the model itself: a quantised one is followed in real numbers. */
import { plain } from '../onnx/plain.js';
import type { NdArray } from '../tensor/tensor.js';
import type { Model } from './explanation.js';

export interface Fidelity {
  readonly output: string;
  /** The largest difference in an element. */
  readonly difference: number;
  /** From the smallest to the largest element of the model's own output. */
  readonly range: number;
  /** Whether the largest element is the same one. */
  readonly sameTop: boolean;
  /** How many of the model's five largest elements are among the five largest of the graph. */
  readonly topFive: number;
}

/** Runs the model as it is, and the graph that stands for it when it is explained, on the same inputs; compares all outputs. */
export async function fidelity(
  { graph, weights, runtime }: Model,
  inputs: Readonly<Record<string, NdArray>>,
): Promise<Fidelity[]> {
  const sizes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  const { graph: explained } = plain(graph, { sizes });
  const [original, other] = [await runtime.load(graph, { weights }), await runtime.load(explained, { weights })];
  try {
    const [before, after] = [await original.run(inputs), await other.run(inputs)];
    return graph.outputs.map(({ name }) => compared(name, before[name]!, after[name]!));
  } finally {
    await original.dispose();
    await other.dispose();
  }
}

function compared(output: string, before: NdArray, after: NdArray): Fidelity {
  const [a, c] = [Float64Array.from(before.data, Number), Float64Array.from(after.data, Number)];
  const [low, high] = a.reduce(([l, h], x) => [Math.min(l, x), Math.max(h, x)] as const, [Infinity, -Infinity] as readonly [
    number,
    number,
  ]);
  const [one, two] = [largestOf(a), largestOf(c)];
  return {
    output,
    difference: a.reduce((most, x, i) => Math.max(most, Math.abs(x - c[i]!)), 0),
    range: high - low,
    sameTop: one[0] === two[0],
    topFive: one.filter((index) => two.includes(index)).length,
  };
}

function largestOf(values: Float64Array): number[] {
  return [...values.keys()].sort((i, k) => values[k]! - values[i]! || i - k).slice(0, 5);
}

/** In a sentence, for the reader of an explanation. */
export function describeFidelity({ output, difference, range, topFive }: Fidelity): string {
  const share = range > 0 ? (100 * difference) / range : 0;
  return `on this input "${output}" of the explained graph differs from the model's by at most ${share.toFixed(2)} % of its range, with ${topFive} of the five highest the same`;
}
