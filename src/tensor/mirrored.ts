/** Arrays with one axis turned round. */
import { elementCount, type FloatArray } from './tensor.js';

/** An array with the elements of one axis in the other order. */
export function mirrored({ shape, data }: FloatArray, axis: number): FloatArray {
  const inner = elementCount(shape.slice(axis + 1));
  const size = shape[axis]!;
  const turned = new Float32Array(data.length);
  for (let from = 0; from < data.length; from += inner) {
    const place = (from / inner) % size;
    turned.set(data.subarray(from, from + inner), from + (size - 1 - 2 * place) * inner);
  }
  return { shape, data: turned };
}
