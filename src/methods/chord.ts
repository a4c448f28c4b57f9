/** Differences between two inputs, and slopes of chords: what DeepLIFT has in place of derivatives. */
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';

/** A value at the input, and what it is at the baseline. */
export interface Pair {
  readonly here: Value;
  readonly there: Value;
}

export type Reference = (value: Value) => Value;

export const mean = (b: Builder, { here, there }: Pair) => (here === there ? here : b.mul(b.add(here, there), 0.5));
export const change = (b: Builder, { here, there }: Pair) => b.sub(here, there);

/** 1 where two values differ by more than rounding. */
export function differing(b: Builder, { here, there }: Pair): Value {
  const size = b.add(b.abs(here), b.abs(there));
  return b.mask(b.greater(b.abs(b.sub(here, there)), b.add(b.mul(size, 1e-6), 1e-10)), here);
}

/** dy times change of y over change of x; what the gradient says where x hardly changes. */
export function chord(b: Builder, x: Pair, y: Pair, dy: Value, tangent: Value): Value {
  const moved = differing(b, x);
  const still = b.sub(1, moved);
  const slope = b.div(change(b, y), b.add(b.mul(change(b, x), moved), still));
  return b.add(b.mul(b.mul(dy, slope), moved), b.mul(tangent, still));
}
