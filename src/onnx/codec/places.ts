/** Lays weights out in a file beside the model, for models that no single file can hold. */
import type { Graph, Value } from '../graph.js';
import type { Location } from '../tensor.js';

/** Smaller constants stay in the model's own file. */
const LARGE = 1024;
/** Weights begin at pages, so that they can be used where they lie. */
const PAGE = 4096;

export interface PlacedWeights {
  readonly places: ReadonlyMap<Value, Location>;
  /** The content of the file, read tensor by tensor. */
  readonly pieces: () => Iterable<Uint8Array>;
}

/** @param file its name */
export function placeWeights(graph: Graph, file: string): PlacedWeights {
  const places = new Map<Value, Location>();
  let end = 0;
  for (const value of graph.constants) {
    const length = value.tensor?.location?.length ?? 0;
    if (length < LARGE) continue;
    const offset = Math.ceil(end / PAGE) * PAGE;
    places.set(value, { file, offset, length });
    end = offset + length;
  }
  return { places, pieces: () => pieces(places) };
}

function* pieces(places: ReadonlyMap<Value, Location>): Iterable<Uint8Array> {
  let at = 0;
  for (const [{ tensor }, { offset, length }] of places) {
    if (offset > at) yield new Uint8Array(offset - at);
    yield tensor!.bytes();
    at = offset + length;
  }
}
