/** Localisation: Quantus' own test cases, known values, and what is refused. */
import { describe, expect, it } from 'vitest';
import { random } from '../../tensor/random.js';
import type { HeatMap } from '../map/heat-map.js';
import { attributionLocalisation } from './attribution-localisation.js';
import { energyPointingGame } from './energy-pointing-game.js';
import { gridPointingGame } from './grid-pointing-game.js';
import { maxIou } from './iou.js';
import { maxBoxIou } from './max-box-accuracy.js';
import { pointingGame } from './pointing-game.js';
import { relevanceMassAccuracy } from './relevance-mass-accuracy.js';
import { relevanceRankAccuracy } from './relevance-rank-accuracy.js';
import { rocAuc } from './roc-auc.js';
import { topKIntersection } from './top-k-intersection.js';

const SIDE = 224;

/** 1 in a square, `outside` beyond it. */
function square(from: number, to: number, outside: () => number = () => 0): HeatMap {
  const inside = (v: number) => v >= from && v < to;
  const data = Float32Array.from({ length: SIDE * SIDE }, (_, i) =>
    inside(i % SIDE) && inside(Math.floor(i / SIDE)) ? 1 : outside(),
  );
  return { width: SIDE, height: SIDE, data };
}

describe("Quantus' cases: a square of 100x100 in 224x224", () => {
  const mask = square(50, 150);
  const { uniform } = random(1);
  const found = square(50, 150, () => 0.1 * uniform());

  it('is found', () => {
    expect(pointingGame(found, mask)).toBe(true);
    expect(topKIntersection(found, mask, 10000)).toBe(1);
    expect(topKIntersection(found, mask, 40000)).toBe(0.25);
    expect(relevanceMassAccuracy(mask, mask)).toBe(1);
    expect(relevanceRankAccuracy(found, mask)).toBe(1);
    expect(rocAuc(found, mask)).toBe(1);
    expect(maxIou(found, mask)).toBe(1);
    expect(maxBoxIou(found, mask)).toBe(1);
  });

  it('is missed by a map elsewhere', () => {
    const elsewhere = square(160, 200);
    expect(pointingGame(elsewhere, mask)).toBe(false);
    expect(relevanceMassAccuracy(elsewhere, mask)).toBe(0);
    expect(energyPointingGame(elsewhere, mask)).toBe(0);
    expect(attributionLocalisation(elsewhere, mask)).toBe(0);
    expect(maxBoxIou(elsewhere, mask)).toBeLessThan(0.25);
  });
});

describe('grid pointing game', () => {
  it('is 1/n^2 for a uniform map and 0 for one without positive attribution', () => {
    const even: HeatMap = { width: 6, height: 6, data: new Float32Array(36).fill(2) };
    expect(gridPointingGame(even, 3, [1, 2])).toBeCloseTo(1 / 9, 12);
    expect(gridPointingGame({ ...even, data: new Float32Array(36).fill(-1) }, 3, [0, 0])).toBe(0);
    expect(() => gridPointingGame(even, 4, [0, 0])).toThrow('cannot be cut into 4x4');
  });
});

describe('bad masks', () => {
  const map: HeatMap = { width: 2, height: 2, data: [1, 2, 3, 4] };
  it.each([
    ['an empty mask', { width: 2, height: 2, data: [0, 0, 0, 0] }, 'the mask is empty'],
    ['another size', { width: 1, height: 2, data: [1, 1] }, 'the map has 2x2 pixels and the mask 1x2'],
  ])('%s is refused', (_, mask, message) => {
    for (const metric of [
      pointingGame,
      energyPointingGame,
      relevanceMassAccuracy,
      relevanceRankAccuracy,
      rocAuc,
      maxIou,
      maxBoxIou,
    ]) {
      expect(() => metric(map, mask)).toThrow(message);
    }
  });

  it('a full mask has no background', () => {
    expect(() => rocAuc(map, { width: 2, height: 2, data: [1, 1, 1, 1] })).toThrow('covers the whole image');
  });
});
