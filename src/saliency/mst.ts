/** Distance to the border along the minimum spanning tree: what is closed off from the border stands out. */
import type { Plane } from '../image/image.js';
import { barrierDistance } from './graph/barrier-distance.js';
import { strongestEdges } from './graph/contours.js';
import { largestDifference, pixelGraph } from './graph/pixel-edges.js';
import { type RootedTree, rootedTree } from './graph/rooted-tree.js';
import { spanningTree } from './graph/spanning-tree.js';
import { defineSaliency } from './method.js';
import type { Picture } from './picture.js';
import { emptyPlane } from './plane.js';

/**
 * In levels, up to 255 a channel, 0 on the border. The tree joins neighbours by their largest channel difference; ties go by the order
 * of pixels, right before down. Without the paper's boundary term and post-processing.
 */
export const mst = defineSaliency({
  name: 'mst',
  summary: 'barrier distance to the border along the minimum spanning tree, in levels (0 to 255 a channel)',
  reference: 'Tu, He, Yang, Chien, CVPR 2016: the tree distance',
  options: {},
  compute(picture, _options, show) {
    const tree = spanningTree(pixelGraph(picture, largestDifference));
    const rooted = rootedTree(tree);
    show?.("the tree's heaviest edges", strongestEdges(tree, tree.weights));
    show?.('depth in the tree', depths(picture, rooted));
    return barrierDistance(picture, rooted);
  },
});

/** How many edges lie between each pixel and the root. */
function depths({ width, height }: Picture, { order, parent }: RootedTree): Plane {
  const map = emptyPlane({ width, height });
  for (let i = 1; i < order.length; i++) map.data[order[i]!] = map.data[parent[order[i]!]!]! + 1;
  return map;
}
