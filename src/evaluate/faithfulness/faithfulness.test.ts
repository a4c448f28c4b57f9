/** The faithfulness metrics on linear models, where what they must say is known. */
import { describe, expect, it } from 'vitest';
import { linearScore, planarOf, planeOf } from '../../../test/fixtures/evaluate/golden-inputs.js';
import { random } from '../../tensor/random.js';
import { adcc } from './adcc.js';
import { averageDrop } from './average-drop.js';
import { riseBlur } from './blur.js';
import { deletion } from './deletion.js';
import { faithfulnessCorrelation } from './faithfulness-correlation.js';
import { gaussianPerturbations, infidelity } from './infidelity.js';
import { insertion } from './insertion.js';
import { irof } from './irof.js';
import { linearImputation } from './linear-imputation.js';
import { monotonicity } from './monotonicity.js';
import { randomOrderCurve } from './perturbation-curve.js';
import { pixelFlipping } from './pixel-flipping.js';
import { constantPixels, type Pixels, type Score } from './pixels.js';
import { selectivity } from './region-perturbation.js';
import { road, roadCombined } from './road.js';
import { sensitivityN } from './sensitivity-n.js';

const sumOfPixels: Score = async (images) =>
  images.map(({ data }) => Array.from<number>(data).reduce((sum, value) => sum + value, 0));

/** A linear model on noise, and the map that explains it exactly: input x weight. */
function linearProblem(side = 12) {
  const { normal } = random(5);
  const values = () => Array.from({ length: side * side }, normal);
  const [pixels, weights] = [values(), values()];
  const image: Pixels = { channels: 1, width: side, height: side, data: Float64Array.from(pixels) };
  const map = { width: side, height: side, data: Float64Array.from(pixels, (value, i) => value * weights[i]!) };
  return { image, map, score: linearScore(weights, 0.5), weights };
}

describe("torch-cam's own tests", () => {
  it('deletes and inserts the sum of four pixels', async () => {
    const grid = [
      [0.4, 0.3],
      [0.2, 0.1],
    ];
    const removed = await deletion(sumOfPixels, planarOf([grid]), planeOf(grid), { steps: 2 });
    const inserted = await insertion(sumOfPixels, planarOf([grid]), planeOf(grid), { steps: 2 });
    expect(removed.scores.map((value) => value.toFixed(9))).toEqual(['1.000000000', '0.300000000', '0.000000000']);
    expect(removed.auc).toBeCloseTo(0.4, 12);
    expect(inserted.auc).toBeCloseTo(0.6, 12);
  });

  it('takes a shorter last step of five pixels', async () => {
    const grid = [[0.3, 0.25, 0.2, 0.15, 0.1]];
    const { fractions, auc } = await deletion(sumOfPixels, planarOf([grid]), planeOf(grid), { steps: 3 });
    expect(fractions).toEqual([0, 0.4, 0.8, 1]);
    expect(auc).toBeCloseTo(0.41, 12);
  });

  it('drops six tenths of the confidence', async () => {
    const grid = [[0.4, 0.3, 0.2, 0.1]];
    const probability: Score = async (images) => images.map((_, i) => (i === 0 ? 1 : 0.4));
    const { averageDrop: drop } = await averageDrop([{ image: planarOf([grid]), map: planeOf(grid), probability }]);
    expect(drop).toBeCloseTo(0.6 / (1 + 1e-7), 12);
  });
});

describe('curves', () => {
  it('begin or end at the clean score, and mirror each other', async () => {
    const { image, map, score } = linearProblem();
    const negative = { ...map, data: map.data.map((value) => -value) };
    const [clean] = await score([image]);
    const removed = await deletion(score, image, map, { steps: 12 });
    const inserted = await insertion(score, image, negative, { steps: 12 });
    expect(removed.scores[0]).toBe(clean);
    expect(inserted.scores.at(-1)).toBeCloseTo(clean!, 10);
    [...inserted.scores].reverse().forEach((value, i) => {
      expect(value).toBeCloseTo(removed.scores[i]!, 10);
    });
  });

  it('let the true map beat a random order', async () => {
    const { image, map, score } = linearProblem();
    const blank = constantPixels(image, 0);
    const removed = await deletion(score, image, map);
    const chance = await randomOrderCurve(score, { from: image, to: blank, step: 8, seed: 3 });
    expect(removed.auc).toBeLessThan(chance.auc);
  });

  it('refuse a map of another size', async () => {
    const { image, score } = linearProblem();
    expect(() => deletion(score, image, planeOf([[1, 2]]))).toThrow('the map has 2x1 values and the image 12x12 pixels');
  });

  it("blur as RISE's kernel", () => {
    const pulse: Pixels = { channels: 1, width: 21, height: 21, data: new Float64Array(441) };
    pulse.data[10 * 21 + 10] = 1;
    const { data } = riseBlur(pulse);
    expect(data[10 * 21 + 10]).toBeCloseTo(0.008832628, 9);
    expect(data[10 * 21 + 5]).toBeCloseTo(0.008266488, 9);
    expect(data[5 * 21 + 5]).toBeCloseTo(0.007736635, 9);
    expect(data[4 * 21 + 10]).toBe(0);
  });
});

describe('ROAD', () => {
  it('returns the image where nothing is missing, and zeros where everything is', () => {
    const image = planarOf([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    expect(linearImputation(image, [0, 0, 0, 0])).toEqual(image);
    expect([...linearImputation(image, [1, 1, 1, 1], { noise: 0 }).data]).toEqual([0, 0, 0, 0]);
  });

  it('removes exact counts from a map that is mostly zero', async () => {
    const image: Pixels = { channels: 1, width: 10, height: 10, data: new Float64Array(100).fill(1) };
    const map = { width: 10, height: 10, data: Float64Array.from({ length: 100 }, (_, i) => (i < 40 ? i : 0)) };
    const moved: number[] = [];
    const score: Score = async (images) => images.map(({ data }) => moved.push([...data].filter((value) => value !== 1).length));
    await road(score, image, map, { fractions: [0.1, 0.5, 0.9] });
    expect(moved).toEqual([10, 50, 90]);
  });

  it('prefers the true map to its negative', async () => {
    const { image, map, score } = linearProblem();
    const negative = { ...map, data: map.data.map((value) => -value) };
    expect(await roadCombined(score, image, map)).toBeGreaterThan(0);
    expect(await roadCombined(score, image, negative)).toBeLessThan(0);
  });
});

describe('metrics of a linear model and its exact map', () => {
  it('correlate fully: sensitivity-n and faithfulness correlation are 1', async () => {
    const { image, map, score } = linearProblem();
    const { sizes, correlations } = await sensitivityN(score, image, map, { samples: 20 });
    expect(sizes).toEqual([1, 2, 4, 8, 16, 32, 64]);
    for (const value of correlations) expect(value).toBeCloseTo(1, 9);
    expect(await faithfulnessCorrelation(score, image, map, { size: 30, samples: 20 })).toBeCloseTo(1, 9);
  });

  it('have no infidelity, whatever their unit when normalised', async () => {
    const { image, score, weights } = linearProblem();
    const perturbations = gaussianPerturbations(image);
    expect((await infidelity(score, image, weights, perturbations)).plain).toBeCloseTo(0, 12);
    const doubled = await infidelity(
      score,
      image,
      weights.map((w) => 2 * w),
      perturbations,
    );
    expect(doubled.plain).toBeGreaterThan(0.1);
    expect(doubled.normalised).toBeCloseTo(0, 12);
  });

  it('rise at every step where all evidence is positive', async () => {
    const image: Pixels = { channels: 1, width: 5, height: 4, data: Float64Array.from({ length: 20 }, (_, i) => i + 1) };
    const result = await monotonicity(sumOfPixels, image, image);
    expect(result).toEqual({ always: true, share: 1, trend: 1 });
  });

  it('flip to black along a known curve', async () => {
    const image = planarOf([[[4, 1, 3, 2]]]);
    const { scores, area } = await pixelFlipping(sumOfPixels, image, planeOf([[4, 1, 3, 2]]));
    expect(scores).toEqual([7, 5, 4, 4]);
    expect(area).toBe(14.5);
    expect(await selectivity(sumOfPixels, image, planeOf([[4, 1, 3, 2]]), { patch: 1 })).toEqual([7, 5, 4, 4]);
  });

  it('fall with the segment that holds everything', async () => {
    const image = planarOf([[[0, 0, 8, 8]]]);
    const right: Score = async (images) => images.map(({ data }) => data[2]! + data[3]!);
    const { ratios, areaOver } = await irof(right, image, planeOf([[0, 0, 1, 1]]), [0, 0, 1, 1]);
    expect(ratios).toEqual([0.5, 0.5]);
    expect(areaOver).toBeCloseTo(1 - 1.25 / 2, 12);
  });

  it('give ADCC its parts', async () => {
    const image = planarOf([[[1, 1, 1, 1]]]);
    const probability: Score = async (images) => images.map(({ data }) => data[0]! * 0.8);
    const parts = await adcc(probability, async () => planeOf([[1, 0, 0, 0]]), image);
    expect(parts.coherency).toBe(1);
    expect(parts.complexity).toBe(0.25);
    expect(parts.drop).toBe(0);
    expect(parts.adcc).toBeCloseTo(3 / (1 + 1 / 0.75 + 1), 12);
  });
});
