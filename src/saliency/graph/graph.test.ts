import { describe, expect, it } from 'vitest';
import { fixtureNumbers, fixturePicture, randomPicture, randoms } from '../../../test/fixtures/saliency/load.js';
import type { Picture } from '../picture.js';
import { type Attribute, area, dynamics, parents, volume } from './attributes.js';
import { barrierDistance } from './barrier-distance.js';
import { contourMap, strongestEdges } from './contours.js';
import { partitionTree } from './partition-tree.js';
import { colourDistance, endOf, largestDifference, type PixelGraph, pixelGraph, startOf } from './pixel-edges.js';
import { rootedTree } from './rooted-tree.js';
import { spanningTree } from './spanning-tree.js';
import { stableOrder } from './stable-order.js';
import { ultrametric } from './ultrametric.js';
import { watershedTree } from './watershed.js';

/** A row of pixels with given weights between them. */
const path = (...weights: number[]): PixelGraph => ({
  width: weights.length + 1,
  height: 1,
  edges: Uint32Array.from(weights, (_, i) => 2 * i),
  weights: Float64Array.from(weights),
});

const saliencyOf = (graph: PixelGraph, attribute?: Attribute) => {
  const tree = spanningTree(graph);
  return ultrametric(graph, attribute ? watershedTree(tree, attribute) : tree);
};

describe('stable order', () => {
  it.each<[string, Float64Array]>([
    ['levels', Float64Array.from(randoms(500), (value) => Math.floor(value * 20))],
    ['floats', Float64Array.from(randoms(500))],
    ['doubles that are equal in single precision', Float64Array.from(randoms(200), (value) => 1 + Math.floor(value * 9) * 1e-12)],
    ['zeros of both signs', Float64Array.of(1, -0, 0, -0, 0.5, 0)],
    ['one level', new Float64Array(9).fill(3)],
    ['nothing', new Float64Array(0)],
  ])('sorts %s, equals in their order', (_, weights) => {
    const expected = [...weights.keys()].sort((a, b) => weights[a]! - weights[b]! || a - b);
    expect([...stableOrder(weights)]).toEqual(expected);
  });
});

describe('pixel graph', () => {
  const picture: Picture = { width: 3, height: 2, channels: 1, levels: Uint8Array.of(0, 5, 9, 100, 5, 0) };

  it('lists edges per pixel right, then down', () => {
    const { edges, weights } = pixelGraph(picture, largestDifference);
    expect([...edges].map((edge) => [startOf(edge), endOf(edge, 3)])).toEqual([
      [0, 1],
      [0, 3],
      [1, 2],
      [1, 4],
      [2, 5],
      [3, 4],
      [4, 5],
    ]);
    expect([...weights]).toEqual([5, 100, 4, 0, 9, 95, 5]);
  });

  it('weighs colours by their largest difference or their distance, floats in levels', () => {
    const levels = Float32Array.of(0, 0, 0, 0.25, 0.5, 0.5);
    const pair: Picture = { width: 2, height: 1, channels: 3, levels };
    expect([...pixelGraph(pair, largestDifference).weights]).toEqual([127.5]);
    expect([...pixelGraph(pair, colourDistance).weights]).toEqual([191.25]);
  });
});

describe('spanning tree', () => {
  it.each([1, 2, 3])('is as light as that of Prim (seed %i)', (seed) => {
    const graph = pixelGraph(randomPicture(9, 8, 3, seed), largestDifference);
    const tree = spanningTree(graph);
    expect(tree.edges).toHaveLength(71);
    expect(tree.weights.reduce((sum, weight) => sum + weight, 0)).toBe(primWeight(graph));
    expect([...tree.weights]).toEqual([...tree.weights].sort((a, b) => a - b));
  });

  it('takes equal edges in their order, and is hung from pixel 0 breadth first', () => {
    const flat = pixelGraph({ width: 3, height: 2, channels: 1, levels: new Uint8Array(6) }, largestDifference);
    const tree = spanningTree(flat);
    expect([...tree.edges]).toEqual([0, 1, 2, 3, 5]);
    const { order, parent } = rootedTree(tree);
    expect([...order]).toEqual([0, 1, 3, 2, 4, 5]);
    expect([...parent]).toEqual([-1, 0, 1, 0, 1, 2]);
  });
});

describe('hierarchical watersheds', () => {
  it('of a path by area, as in the unit tests of Higra', () => {
    const graph = path(0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0);
    expect([...saliencyOf(graph, area)]).toEqual([0, 2, 0, 0, 3, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 3, 0, 0]);
  });

  it('of a path by dynamics and volume', () => {
    const graph = path(1, 4, 1, 0, 10, 8);
    expect([...saliencyOf(graph, dynamics)]).toEqual([0, 3, 0, 0, 2, 0]);
    expect([...saliencyOf(graph, volume)]).toEqual([0, 6, 0, 0, 4, 0]);
  });

  it('by contrast alone is an opening: an ultrametric stays as it is', () => {
    const graph = {
      ...path(),
      width: 3,
      height: 2,
      edges: Uint32Array.of(0, 1, 2, 3, 5, 6, 8),
      weights: Float64Array.of(1, 0, 2, 1, 1, 1, 2),
    };
    expect([...saliencyOf(graph)]).toEqual([1, 0, 2, 1, 1, 1, 2]);
  });

  describe.each(['hierarchy-grey', 'hierarchy-ties', 'hierarchy-scene'])('of %s', (name) => {
    const graph = pixelGraph(fixturePicture(name), largestDifference);
    it.each<[string, Attribute | undefined]>([
      ['area', area],
      ['volume', volume],
      ['dynamics', dynamics],
      ['parents', parents],
      ['altitude', undefined],
    ])('by %s equals Higra', (attribute, by) => {
      const expected = fixtureNumbers(name, attribute);
      const actual = saliencyOf(graph, by);
      for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i]!, 6);
    });
  });

  it('are ultrametrics below the weights, if by contrast', () => {
    const graph = pixelGraph(randomPicture(7, 7), colourDistance);
    const levels = saliencyOf(graph);
    for (let i = 0; i < levels.length; i++) expect(levels[i]!).toBeLessThanOrEqual(graph.weights[i]!);
    const again = saliencyOf({ ...graph, weights: levels });
    expect([...again]).toEqual([...levels]);
  });

  it('stand on a partition tree whose altitudes rise to the root', () => {
    const { leaves, children, parent, altitude } = partitionTree(spanningTree(pixelGraph(randomPicture(6, 5), colourDistance)));
    expect(leaves).toBe(30);
    for (let node = 0; node < parent.length; node++) expect(altitude[parent[node]!]!).toBeGreaterThanOrEqual(altitude[node]!);
    expect(parent[parent.length - 1]).toBe(parent.length - 1);
    expect(new Set(children).size).toBe(58);
  });
});

describe('contours', () => {
  const graph = pixelGraph({ width: 2, height: 2, channels: 1, levels: Uint8Array.of(0, 3, 4, 9) }, largestDifference);

  it('are drawn at the pixels', () => {
    expect([...strongestEdges(graph, Float64Array.of(3, 4, 6, 5)).data]).toEqual([4, 6, 5, 6]);
  });

  it('are drawn between the pixels', () => {
    expect([...contourMap(graph, Float64Array.of(3, 4, 6, 5)).data]).toEqual([0, 3, 0, 4, 6, 6, 0, 5, 0]);
  });
});

describe('barrier distance', () => {
  const distancesOf = (picture: Picture) =>
    barrierDistance(picture, rootedTree(spanningTree(pixelGraph(picture, largestDifference)))).data;
  const square = (level: number): Picture => {
    const levels = new Uint8Array(100).fill(40);
    for (const y of [4, 5]) levels.fill(level, y * 10 + 4, y * 10 + 6);
    return { width: 10, height: 10, channels: 1, levels };
  };

  it('of a square on flat ground is its contrast', () => {
    const distances = distancesOf(square(100));
    expect(distances[44]).toBe(60);
    expect(distances.reduce((sum, distance) => sum + distance, 0)).toBe(240);
  });

  it('is 0 on the border and never below the true barrier of the tree', () => {
    const picture = randomPicture(12, 11, 1, 4);
    const distances = distancesOf(picture);
    const exact = exactBarriers(picture);
    for (let i = 0; i < distances.length; i++) expect(distances[i]!).toBeGreaterThanOrEqual(exact[i]!);
    expect([...distances.subarray(0, 11)]).toEqual(new Array(11).fill(0));
  });

  it('does not change when a constant is added', () => {
    const picture = randomPicture(9, 9, 3, 5);
    const dim = { ...picture, levels: picture.levels.map((level) => level >> 1) as Uint8Array };
    const bright = { ...dim, levels: dim.levels.map((level) => level + 100) as Uint8Array };
    expect([...distancesOf(bright)]).toEqual([...distancesOf(dim)]);
  });
});

function primWeight({ width, height, edges, weights }: PixelGraph): number {
  const inside = new Set([0]);
  let total = 0;
  while (inside.size < width * height) {
    let best = -1;
    for (let i = 0; i < edges.length; i++) {
      const crosses = inside.has(startOf(edges[i]!)) !== inside.has(endOf(edges[i]!, width));
      if (crosses && (best < 0 || weights[i]! < weights[best]!)) best = i;
    }
    total += weights[best]!;
    inside.add(startOf(edges[best]!)).add(endOf(edges[best]!, width));
  }
  return total;
}

/** The smallest range of levels on the tree's path from each pixel to any border pixel. */
function exactBarriers(picture: Picture): number[] {
  const { width, height, levels } = picture;
  const { edges } = spanningTree(pixelGraph(picture, largestDifference));
  const neighbours = Array.from({ length: width * height }, () => [] as number[]);
  for (const edge of edges) {
    neighbours[startOf(edge)]!.push(endOf(edge, width));
    neighbours[endOf(edge, width)]!.push(startOf(edge));
  }
  const isBorder = (pixel: number) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return x === 0 || y === 0 || x === width - 1 || y === height - 1;
  };
  const search = (pixel: number, from: number, low: number, high: number): number => {
    const [least, most] = [Math.min(low, levels[pixel]!), Math.max(high, levels[pixel]!)];
    if (isBorder(pixel)) return most - least;
    return Math.min(
      Infinity,
      ...neighbours[pixel]!.filter((next) => next !== from).map((next) => search(next, pixel, least, most)),
    );
  };
  return Array.from({ length: width * height }, (_, pixel) => search(pixel, -1, Infinity, -Infinity));
}
