/** The minimum spanning tree of a picture's graph (Kruskal 1956). */
import { endOf, type PixelGraph, startOf } from './pixel-edges.js';
import { stableOrder } from './stable-order.js';
import { unionFind } from './union-find.js';

export interface SpanningTree {
  readonly width: number;
  readonly height: number;
  /** The edges of the tree, one fewer than pixels, from the lightest to the heaviest. */
  readonly edges: Uint32Array;
  readonly weights: Float64Array;
}

/** Edges of equal weight are taken in the order of the graph, so that the tree is one and the same everywhere. */
export function spanningTree({ width, height, edges, weights }: PixelGraph): SpanningTree {
  const pixels = width * height;
  const chosen = new Uint32Array(pixels - 1);
  const chosenWeights = new Float64Array(pixels - 1);
  const sets = unionFind(pixels);
  let count = 0;
  const order = stableOrder(weights);
  for (let i = 0; count < pixels - 1; i++) {
    const index = order[i]!;
    const edge = edges[index]!;
    const a = sets.find(startOf(edge));
    const b = sets.find(endOf(edge, width));
    if (a === b) continue;
    sets.join(a, b);
    chosen[count] = edge;
    chosenWeights[count++] = weights[index]!;
  }
  return { width, height, edges: chosen, weights: chosenWeights };
}
