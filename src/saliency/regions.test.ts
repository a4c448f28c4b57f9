import { describe, expect, it } from 'vitest';
import type { Plane } from '../image/image.js';
import { salientCrop } from './crop.js';
import { salientRegions } from './regions.js';

/** A map with squares of given values. */
function map(width: number, height: number, ...squares: [x: number, y: number, side: number, value: number][]): Plane {
  const data = new Float32Array(width * height).fill(0.01);
  for (const [x, y, side, value] of squares) {
    for (let v = y; v < y + side; v++) data.fill(value, v * width + x, v * width + x + side);
  }
  return { width, height, data };
}

describe('salient regions', () => {
  it('are ranked by their share of the saliency', () => {
    const [first, second, ...others] = salientRegions(map(60, 50, [5, 8, 4, 1], [40, 20, 8, 0.8]));
    expect(others).toEqual([]);
    expect(first).toMatchObject({ box: { x: 40, y: 20, width: 8, height: 8 }, center: { x: 44, y: 24 }, area: 64 });
    expect(first!.score).toBeCloseTo(0.8, 6);
    expect(second).toMatchObject({ box: { x: 5, y: 8, width: 4, height: 4 }, area: 16 });
    expect(second!.score).toBeCloseTo(1, 6);
    expect(first!.share + second!.share).toBeLessThan(1);
    expect(first!.share / second!.share).toBeCloseTo((64 * 0.8) / 16, 5);
  });

  it('touch at corners and are then one', () => {
    expect(salientRegions(map(40, 40, [3, 3, 2, 1], [5, 5, 2, 1]))[0]!.box).toEqual({ x: 3, y: 3, width: 4, height: 4 });
    expect(salientRegions(map(40, 40, [5, 3, 2, 1], [3, 5, 2, 1]))).toHaveLength(1);
    expect(salientRegions(map(40, 40, [3, 3, 2, 1], [6, 6, 2, 1]))).toHaveLength(2);
  });

  it('are above any threshold that is asked for, and no more than asked for', () => {
    const squares = map(60, 60, [2, 2, 5, 1], [20, 20, 5, 0.6], [40, 40, 5, 0.3]);
    expect(salientRegions(squares, { threshold: 0.5 })).toHaveLength(2);
    expect(salientRegions(squares, { threshold: 'otsu' }).length).toBeGreaterThanOrEqual(2);
    expect(salientRegions(squares, { threshold: 0.1, most: 1 })).toHaveLength(1);
  });

  it('are found on a broad peak, not on a flat map', () => {
    expect(salientRegions(map(10, 10, [0, 0, 5, 1], [5, 0, 5, 1], [0, 5, 5, 1]))).toHaveLength(1);
    expect(salientRegions({ width: 4, height: 4, data: new Float32Array(16) })).toEqual([]);
  });
});

describe('salient crops', () => {
  it('keep what stands out', () => {
    const wide = map(160, 90, [10, 40, 20, 1]);
    const square = salientCrop(wide, 1);
    expect(square).toMatchObject({ y: 0, width: 90, height: 90 });
    expect(square.x).toBeLessThanOrEqual(10);
    const tall = salientCrop(map(90, 160, [40, 130, 20, 1]), 16 / 9);
    expect(tall).toMatchObject({ x: 0, width: 90, height: 51 });
    expect(tall.y).toBeGreaterThanOrEqual(99);
  });

  it('of an even map stay in the middle, and all of it is kept where nothing is cut', () => {
    expect(salientCrop(map(100, 50), 1)).toMatchObject({ x: 25, y: 0, width: 50, height: 50 });
    expect(salientCrop(map(100, 50), 2)).toEqual({ x: 0, y: 0, width: 100, height: 50, kept: 1 });
    expect(salientCrop({ width: 8, height: 4, data: new Float32Array(32) }, 1).kept).toBe(1);
  });

  it('may be smaller than what fits', () => {
    const { x, y, width, height } = salientCrop(map(100, 100, [70, 10, 10, 1]), 1, 0.3);
    expect([width, height]).toEqual([30, 30]);
    expect(x).toBeLessThanOrEqual(70);
    expect(x + width).toBeGreaterThanOrEqual(80);
    expect(y).toBeLessThanOrEqual(10);
  });

  it('have at least a pixel', () => {
    expect(salientCrop(map(3, 500), 100)).toMatchObject({ width: 3, height: 1 });
  });
});
