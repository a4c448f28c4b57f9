/** Disjoint sets of numbers 0 to n - 1. */

export interface UnionFind {
  /** The representative of a number's set. */
  find(element: number): number;
  /** Joins the sets of two representatives; the larger one's stays. Returns the one that stays. */
  join(a: number, b: number): number;
}

export function unionFind(count: number): UnionFind {
  const parent = new Int32Array(count);
  for (let i = 0; i < count; i++) parent[i] = i;
  const size = new Int32Array(count).fill(1);
  return {
    find(element) {
      let at = element;
      while (parent[at] !== at) {
        // Halves the path on the way.
        parent[at] = parent[parent[at]!]!;
        at = parent[at]!;
      }
      return at;
    },
    join(a, b) {
      const [large, small] = size[a]! >= size[b]! ? [a, b] : [b, a];
      parent[small] = large;
      size[large]! += size[small]!;
      return large;
    },
  };
}
