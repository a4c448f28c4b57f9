/** Hierarchical watersheds: the spanning tree with each edge weighted by how much the weaker of the regions it parts is worth. */
import type { Attribute } from './attributes.js';
import { partitionTree } from './partition-tree.js';
import type { SpanningTree } from './spanning-tree.js';
import { stableOrder } from './stable-order.js';

/**
 * The spanning tree reweighted by persistence: the level at which the basins on both sides of an edge become one (Cousty, Najman 2011;
 * Higra's watershed_hierarchy). Basins of a quasi-flat zone are one basin: a node at its parent's altitude counts as its parts do.
 */
export function watershedTree(tree: SpanningTree, attribute: Attribute): SpanningTree {
  const partition = partitionTree(tree);
  const { leaves, children, parent, altitude } = partition;
  const worth = attribute(partition);
  const root = parent.length - 1;
  const weights = new Float64Array(tree.weights.length);
  for (let k = 0; k < weights.length; k++) {
    const node = leaves + k;
    const first = children[2 * k]! < leaves ? 0 : worth[children[2 * k]!]!;
    const second = children[2 * k + 1]! < leaves ? 0 : worth[children[2 * k + 1]!]!;
    weights[k] = Math.min(first, second);
    if (node !== root && altitude[node] === altitude[parent[node]!]) worth[node] = Math.max(first, second);
  }
  const order = stableOrder(weights);
  const sorted = { ...tree, edges: new Uint32Array(order.length), weights: new Float64Array(order.length) };
  for (let i = 0; i < order.length; i++) {
    sorted.edges[i] = tree.edges[order[i]!]!;
    sorted.weights[i] = weights[order[i]!]!;
  }
  return sorted;
}
