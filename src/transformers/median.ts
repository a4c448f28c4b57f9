/** A median filter as a graph. */
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';

/** Exchanges that bring the median of nine to place 4 (Smith 1996); those that it does not need are never computed. */
const exchanges = '12 45 78 01 34 67 12 45 78 03 58 47 36 14 25 47 42 64 42'
  .split(' ')
  .map((pair) => [Number(pair[0]), Number(pair[1])] as const);

/** The median over 3 x 3 places of maps [N, C, rows, columns]; at the border, places are repeated or count as zeros. */
export function median3x3(b: Builder, maps: Value, border: 'edge' | 'zero' = 'edge'): Value {
  const pads = b.ints([0, 0, 1, 1, 0, 0, 1, 1]);
  const padded = b.op('Pad', border === 'edge' ? [maps, pads] : [maps, pads, b.scalar(0, maps.dtype)], {
    mode: border === 'edge' ? 'edge' : 'constant',
  });
  const [rows, columns] = maps.shape!.slice(2) as [number, number];
  const places = Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [Math.floor(i / 3), i % 3];
    return b.slice(padded, { starts: [row, column], ends: [row + rows, column + columns], axes: [2, 3] });
  });
  for (const [low, high] of exchanges) {
    const [one, other] = [places[low]!, places[high]!];
    places[low] = b.min(one, other);
    places[high] = b.max(one, other);
  }
  return places[4]!;
}
