/** Orders pixels by a map, with a stated rule for ties: metrics that look at the order alone hang on it. */
import { random } from '../../tensor/random.js';

/** What happens to pixels of one value: they keep their order, come in reverse (as RISE's flipped argsort), or are shuffled. */
export type Ties = 'stable' | 'reversed' | { readonly seed: number };

/** Indices from the largest value to the smallest. */
export function descending(values: ArrayLike<number>, ties: Ties = 'stable'): Int32Array {
  const order = Int32Array.from({ length: values.length }, (_, i) => i);
  if (ties === 'reversed') order.reverse();
  else if (ties !== 'stable') order.set(random(ties.seed).permutation(values.length));
  // TypedArray.sort is stable, so pixels of one value keep the order given above.
  return order.sort((a, b) => values[b]! - values[a]!);
}

/** Indices from the smallest value to the largest; ties in the same order as in {@link descending}. */
export function ascending(values: ArrayLike<number>, ties: Ties = 'stable'): Int32Array {
  return descending(
    Array.from(values, (value) => -value),
    ties,
  );
}

/** Whether each pixel is among the first `count` of an order. */
export function firstOf(order: ArrayLike<number>, count: number): Uint8Array {
  const chosen = new Uint8Array(order.length);
  for (let i = 0; i < count; i++) chosen[order[i]!] = 1;
  return chosen;
}
