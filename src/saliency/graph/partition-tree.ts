/** The binary partition tree by altitude: which regions merge when edges are admitted from the lightest to the heaviest. */
import { endOf, startOf } from './pixel-edges.js';
import type { SpanningTree } from './spanning-tree.js';
import { unionFind } from './union-find.js';

/** Nodes 0 to leaves - 1 are pixels; node leaves + k is the merge along the k-th edge of the spanning tree. The last is the root. */
export interface PartitionTree {
  readonly leaves: number;
  /** The two parts of merge k are at 2k and 2k + 1. */
  readonly children: Int32Array;
  /** The parent of each node; the root's is itself. */
  readonly parent: Int32Array;
  /** The weight at which each node is made; 0 for pixels. */
  readonly altitude: Float64Array;
}

/** Each merge joins the region of the edge's first pixel with that of its second, in this order. */
export function partitionTree({ width, height, edges, weights }: SpanningTree): PartitionTree {
  const leaves = width * height;
  const nodes = 2 * leaves - 1;
  const children = new Int32Array(2 * (leaves - 1));
  const parent = new Int32Array(nodes);
  for (let node = 0; node < nodes; node++) parent[node] = node;
  const altitude = new Float64Array(nodes);
  const sets = unionFind(leaves);
  const nodeOf = parent.slice(0, leaves);
  for (let k = 0; k < edges.length; k++) {
    const a = sets.find(startOf(edges[k]!));
    const b = sets.find(endOf(edges[k]!, width));
    const node = leaves + k;
    children[2 * k] = nodeOf[a]!;
    children[2 * k + 1] = nodeOf[b]!;
    parent[nodeOf[a]!] = node;
    parent[nodeOf[b]!] = node;
    altitude[node] = weights[k]!;
    nodeOf[sets.join(a, b)] = node;
  }
  return { leaves, children, parent, altitude };
}
