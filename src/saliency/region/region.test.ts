import { describe, expect, it } from 'vitest';
import { fixture, fixturePicture, randomPicture, randoms } from '../../../test/fixtures/saliency/load.js';
import { adjacency, onBorder, shortestPaths } from './adjacency.js';
import { assignment } from './assignment.js';
import { solveCholesky } from './cholesky.js';
import { seedGrid } from './seeds.js';
import { slic } from './slic.js';
import { boundaries, colourDistance, painted, regionMeans } from './superpixels.js';

describe('SLIC', () => {
  it.each([
    ['slic-60x90-n40-c10', 40, 10],
    ['slic-81x47-n25-c20', 25, 20],
    ['slic-12x70-n30-c1', 30, 1],
    ['slic-3x50-n20-c10', 20, 10],
    ['slic-9x9-n100-c10', 100, 10],
  ])("equals scikit-image's in every pixel: %s", (name, segments, compactness) => {
    const { labels, count } = slic(fixturePicture(name), { segments, compactness });
    const expected = fixture(name, 'labels').data as Int32Array;
    expect([...labels]).toEqual([...expected]);
    expect(count).toBe(Math.max(...expected) + 1);
  });

  it('assigns each pixel to its nearest centre, the first of equals, as trying them all does', () => {
    const [width, height, step, reach] = [45, 38, 9, 14];
    // Few colours, and centres on pixels: many distances are equal.
    const pixels = Float64Array.from(randoms(width * height * 3, 5), (value) => Math.floor(value * 3));
    const centers = Float64Array.from(randoms(30 * 5, 6), (value, i) => Math.floor(value * [height, width, 3, 3, 3][i % 5]!));
    // One that lost all its pixels is nowhere.
    centers.fill(NaN, 35, 40);
    const labels = new Int32Array(width * height).fill(7);
    const assign = assignment({ width, height, pixels, step, reachX: reach, reachY: reach });
    for (const shift of [0, 1.5]) {
      for (let k = 0; k < 30; k++) centers[k * 5 + 1]! += shift;
      const expected = labels.map((before, at) => {
        const [x, y] = [at % width, Math.floor(at / width)];
        let [label, nearest] = [before, Infinity];
        for (let k = 0; k < 30; k++) {
          const [cy, cx] = [centers[k * 5]!, centers[k * 5 + 1]!];
          const within = (place: number, center: number) =>
            place >= Math.trunc(Math.max(center - reach, 0)) && place < Math.trunc(center + reach + 1);
          const colour = [0, 1, 2].reduce((sum, c) => sum + (pixels[3 * at + c]! - centers[k * 5 + 2 + c]!) ** 2, 0);
          const distance = ((cy - y) ** 2 + (cx - x) ** 2) * (1 / step ** 2) + colour;
          if (within(x, cx) && within(y, cy) && distance < nearest) [label, nearest] = [k, distance];
        }
        return label;
      });
      assign(centers, labels);
      expect([...labels]).toEqual([...expected]);
    }
  });

  it('makes connected regions that cover the picture', () => {
    const { width, height, labels, count } = slic(randomPicture(40, 50), { segments: 30, compactness: 5 });
    const seen = new Set<number>();
    const done = new Uint8Array(labels.length);
    for (let start = 0; start < labels.length; start++) {
      if (done[start]) continue;
      expect(seen.has(labels[start]!)).toBe(false);
      seen.add(labels[start]!);
      const stack = [start];
      done[start] = 1;
      for (let pixel = stack.pop(); pixel !== undefined; pixel = stack.pop()) {
        const x = pixel % width;
        const sides = [x > 0 ? pixel - 1 : -1, x < width - 1 ? pixel + 1 : -1, pixel - width, pixel + width];
        for (const side of sides) {
          if (side < 0 || side >= width * height || done[side] || labels[side] !== labels[start]) continue;
          done[side] = 1;
          stack.push(side);
        }
      }
    }
    expect(seen.size).toBe(count);
  });

  it('lays seeds as skimage.util.regular_grid', () => {
    expect(seedGrid(512, 512, 200)).toEqual({ startX: 18, startY: 18, stepX: 36, stepY: 36 });
    expect(seedGrid(40, 20, 8)).toEqual({ startX: 5, startY: 5, stepX: 10, stepY: 10 });
    expect(seedGrid(3, 3, 9)).toEqual({ startX: 0, startY: 0, stepX: 1, stepY: 1 });
  });
});

describe('regions', () => {
  const labels = Int32Array.of(0, 0, 1, 0, 2, 1, 3, 3, 1);
  const superpixels = { width: 3, height: 3, count: 4, labels };

  it('have sizes, places and colours', () => {
    const means = regionMeans(superpixels, {
      width: 3,
      height: 3,
      channels: 1,
      levels: Uint8Array.of(0, 0, 255, 0, 90, 255, 0, 0, 255),
    });
    expect([...means.size]).toEqual([3, 3, 1, 2]);
    expect(means.x[1]).toBeCloseTo(2 / 3, 12);
    expect(means.y[0]).toBeCloseTo(1 / 9, 12);
    expect(means.lab[3]).toBeCloseTo(100, 3);
    expect(colourDistance(means, 0, 1)).toBeCloseTo(100, 3);
  });

  it('know who touches whom, and the border', () => {
    const touching = adjacency(superpixels);
    const pairs = [...touching].flatMap((touch, i) => (touch ? [`${Math.floor(i / 4)}${i % 4}`] : []));
    expect(pairs).toEqual(['01', '02', '03', '10', '12', '13', '20', '21', '23', '30', '31', '32']);
    expect([...onBorder(superpixels)]).toEqual([1, 1, 0, 1]);
  });

  it('are painted and outlined', () => {
    expect([...painted(superpixels, [5, 6, 7, 8]).data]).toEqual([5, 5, 6, 5, 7, 6, 8, 8, 6]);
    expect([...boundaries(superpixels).data]).toEqual([0, 1, 0, 1, 1, 0, 0, 1, 0]);
  });
});

it('shortest paths go over other nodes', () => {
  const far = Infinity;
  const distances = Float64Array.of(0, 1, 9, far, 1, 0, 2, far, 9, 2, 0, far, far, far, far, 0);
  shortestPaths(distances, 4);
  expect([...distances]).toEqual([0, 1, 3, far, 1, 0, 2, far, 3, 2, 0, far, far, far, far, 0]);
});

it("Cholesky's decomposition solves a positive definite system", () => {
  const matrix = Float64Array.of(4, 2, 1, 2, 5, 3, 1, 3, 6);
  const x = solveCholesky(matrix, Float64Array.of(4 + 4 + 3, 2 + 10 + 9, 1 + 6 + 18));
  expect([...x].map((value) => Number(value.toFixed(12)))).toEqual([1, 2, 3]);
});
