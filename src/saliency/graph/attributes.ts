/** What a region of a partition tree is worth: its area, its volume, the depth of its deepest minimum, or how many zones it was merged from. */
import type { PartitionTree } from './partition-tree.js';

export type Attribute = (tree: PartitionTree) => Float64Array;

/** The number of pixels. */
export const area: Attribute = ({ leaves, children, parent }) => {
  const areas = new Float64Array(parent.length).fill(1, 0, leaves);
  for (let k = 0; 2 * k < children.length; k++) areas[leaves + k] = areas[children[2 * k]!]! + areas[children[2 * k + 1]!]!;
  return areas;
};

/** Area times the rise to the parent, and the volumes of both parts; 0 for pixels. */
export const volume: Attribute = (tree) => {
  const { leaves, children, parent, altitude } = tree;
  const areas = area(tree);
  const volumes = new Float64Array(parent.length);
  for (let k = 0; 2 * k < children.length; k++) {
    const node = leaves + k;
    const rise = Math.abs(altitude[node]! - altitude[parent[node]!]!);
    volumes[node] = areas[node]! * rise + volumes[children[2 * k]!]! + volumes[children[2 * k + 1]!]!;
  }
  return volumes;
};

/**
 * The depth at which the region's deepest minimum is absorbed by a deeper one. A node's height is its parent's altitude less the lowest
 * altitude within; the part that holds the deepest minimum (the first, if both do) inherits its parent's dynamics.
 */
export const dynamics: Attribute = ({ leaves, children, parent, altitude }) => {
  const lowest = new Float64Array(parent.length).fill(Infinity);
  for (let k = 0; 2 * k < children.length; k++) {
    const node = leaves + k;
    lowest[node] = Math.min(altitude[node]!, lowest[children[2 * k]!]!, lowest[children[2 * k + 1]!]!);
  }
  const root = parent.length - 1;
  const values = new Float64Array(parent.length);
  values[root] = altitude[root]! - lowest[root]!;
  for (let node = root; node >= leaves; node--) {
    const first = children[2 * (node - leaves)]!;
    const second = children[2 * (node - leaves) + 1]!;
    const [heir, other] = lowest[first]! <= lowest[second]! ? [first, second] : [second, first];
    values[heir] = values[node]!;
    values[other] = other < leaves ? 0 : altitude[node]! - lowest[other]!;
  }
  return values.fill(0, 0, leaves);
};

/**
 * The number of parents: how many quasi-flat zones within the region, itself included, have a zone among their parts, and 1 more. Perret,
 * Cousty, Guimarães, Maia, IEEE Transactions on Image Processing 2018.
 */
export const parents: Attribute = ({ leaves, children, parent, altitude }) => {
  const root = parent.length - 1;
  // The topmost node of a zone stands for it.
  const zone = new Int32Array(parent.length);
  const counts = new Float64Array(parent.length);
  zone[root] = root;
  for (let node = root - 1; node >= leaves; node--) {
    const above = zone[parent[node]!]!;
    if (altitude[node] === altitude[above]) zone[node] = above;
    else {
      zone[node] = node;
      counts[above] = 1;
    }
  }
  for (let k = 0; 2 * k < children.length; k++) counts[leaves + k]! += counts[children[2 * k]!]! + counts[children[2 * k + 1]!]!;
  for (let node = leaves; node <= root; node++) counts[node]!++;
  return counts;
};
