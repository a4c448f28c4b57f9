/** The saliency of a hierarchy: for any two pixels the level at which they become one region. */
import { endOf, type PixelGraph, startOf } from './pixel-edges.js';
import type { SpanningTree } from './spanning-tree.js';
import { unionFind } from './union-find.js';

/**
 * For each edge of the graph the largest weight on the tree's path between its ends: the altitude of their lowest common ancestor, in the
 * order of `graph.edges`. A second tree, of the merges by size, has no more than log2 n levels, so that each edge climbs a few steps.
 */
export function ultrametric({ edges }: Pick<PixelGraph, 'edges'>, tree: SpanningTree): Float64Array {
  const { width, height } = tree;
  const pixels = width * height;
  // Each pixel hangs under another since merge `since`; the last under none.
  const under = new Int32Array(pixels).fill(-1);
  const since = new Int32Array(pixels).fill(pixels);
  const sets = unionFind(pixels);
  for (let k = 0; k < tree.edges.length; k++) {
    const a = sets.find(startOf(tree.edges[k]!));
    const b = sets.find(endOf(tree.edges[k]!, width));
    const top = sets.join(a, b);
    const below = top === a ? b : a;
    under[below] = top;
    since[below] = k;
  }
  const levels = new Float64Array(edges.length);
  for (let i = 0; i < edges.length; i++) {
    let a = startOf(edges[i]!);
    let b = endOf(edges[i]!, width);
    let merge = 0;
    while (a !== b) {
      if (since[a]! <= since[b]!) {
        merge = since[a]!;
        a = under[a]!;
      } else {
        merge = since[b]!;
        b = under[b]!;
      }
    }
    levels[i] = tree.weights[merge]!;
  }
  return levels;
}
