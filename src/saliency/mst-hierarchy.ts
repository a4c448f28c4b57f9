/** The saliency map of a hierarchy of regions: how strong the boundary at each pixel is, by the size of what it parts. */
import { type Attribute, area, dynamics, parents, volume } from './graph/attributes.js';
import { contourMap, strongestEdges } from './graph/contours.js';
import { colourDistance, pixelGraph } from './graph/pixel-edges.js';
import { spanningTree } from './graph/spanning-tree.js';
import { ultrametric } from './graph/ultrametric.js';
import { watershedTree } from './graph/watershed.js';
import { defineSaliency } from './method.js';

const attributes: Readonly<Record<'area' | 'volume' | 'dynamics' | 'parents', Attribute>> = { area, volume, dynamics, parents };

/**
 * Not an object map but a map of boundaries: each pixel takes the largest level of its edges, and an edge's level is the one at which the
 * hierarchical watershed makes its two sides one region. By area that is the area in pixels of the smaller basin; by `altitude` it is the
 * colour distance at which quasi-flat zones merge. Edges weigh the Euclidean distance of RGB levels.
 */
export const mstHierarchy = defineSaliency({
  name: 'mst-hierarchy',
  summary: 'boundary strength in the hierarchical watershed: by area in pixels',
  reference: 'Cousty, Najman, Kenmochi, Guimarães, JMIV 2018; Higra',
  options: {
    attribute: {
      type: 'choice',
      choices: ['area', 'volume', 'dynamics', 'parents', 'altitude'],
      default: 'area',
      description: 'what makes a region last; parents: of how many zones it was merged; altitude: the contrast alone',
    },
  },
  compute(picture, { attribute }, show) {
    const graph = pixelGraph(picture, colourDistance);
    const tree = spanningTree(graph);
    const levels = ultrametric(graph, attribute === 'altitude' ? tree : watershedTree(tree, attributes[attribute]));
    show?.('contours between pixels', contourMap(graph, levels));
    return strongestEdges(graph, levels);
  },
});
