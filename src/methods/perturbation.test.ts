/** Perturbation methods: golden values of the research notes (Captum), and what must hold on additive models. */
import { describe, expect, it } from 'vitest';
import { array, explained, goldenInput, goldenNet, network, oneConv, sixteen, sum } from '../../test/networks.js';
import type { GivenOptions } from '../options.js';
import { leastSquares } from './least-squares.js';

/** Captum's BasicModel_MultiLayer on a picture of three places; the third row's superpixels are the places themselves. */
const multiLayer = network(['N', 1, 1, 3], ({ b, x, weight }) => {
  const flat = b.op('Flatten', [x], { axis: 1 });
  const hidden = b.op('Gemm', [flat, weight(new Array(12).fill(1), [4, 3]), weight([-10, 1, 1, 1], [4])], { transB: 1 });
  return b.op('Gemm', [b.relu(hidden), weight(new Array(8).fill(1), [2, 4]), weight([-1, 1], [2])], { transB: 1 });
});

/** A sum over places with a weight for each quarter of the picture: 1, 2, 3, -4. */
const quarters = network(['N', 1, 8, 8], ({ b, x, weight }) => {
  const values = Array.from({ length: 64 }, (_, i) => [1, 2, 3, -4][(Math.floor(i / 32) << 1) | Number(i % 8 >= 4)]!);
  return b.op('Gemm', [b.op('Flatten', [x], { axis: 1 }), weight(values, [1, 64]), weight([0.5], [1])], { transB: 1 });
});
const steps = array(
  Array.from({ length: 64 }, (_, i) => [0, 1, 2, 3][(Math.floor(i / 32) << 1) | Number(i % 8 >= 4)]!),
  [1, 1, 8, 8],
);

describe('occlusion, by Captum', () => {
  it.each<[GivenOptions, number[]]>([
    [{ window: 1, stride: 1 }, [80, 200, 120]],
    [{ window: 1, stride: 1, baseline: 4 }, [64, 184, 104]],
  ])('of three places, %j', async (options, expected) => {
    const input = array([20, 50, 30], [1, 1, 1, 3]);
    const { attribution } = await explained(multiLayer, 'occlusion', input, { targets: [0], options });
    expect(attribution.shape).toEqual([1, 1, 3]);
    expect([...attribution.data]).toEqual(expected);
  });

  it.each<[GivenOptions, Record<number, number[]>]>([
    [
      { window: 2, stride: 1 },
      { 0: [7, 8, 6.5, 4], 3: [36, 45, 50.5, 47] },
    ],
  ])('of one convolution, %j', async (options, rows) => {
    const { data } = (await explained(oneConv, 'occlusion', sixteen, { targets: [0], options })).attribution;
    for (const [row, values] of Object.entries(rows))
      expect([...data.subarray(4 * Number(row), 4 * Number(row) + 4)]).toEqual(values);
  });

  it('of the golden net', async () => {
    const { data } = (await explained(goldenNet, 'occlusion', goldenInput, { targets: [0], options: { window: 2, stride: 2 } }))
      .attribution;
    const expected = [10, 10, 10, 10, 10, 10, 10, 10, 6.75, 6.75, 3.5, 3.5, 6.75, 6.75, 3.5, 3.5];
    expect([...data].map((value) => Math.round(value * 1e4) / 1e4)).toEqual(expected);
  });

  it.each<[GivenOptions, RegExp]>([
    [{ window: 9, stride: 1 }, /window 9 is larger than the input, 4x4/],
    [{ window: 2, stride: 3 }, /stride 3 is larger than the window, 2/],
    [{ window: 0 }, /window must be at least 1/],
  ])('refuses %j', async (options, message) => {
    await expect(explained(goldenNet, 'occlusion', goldenInput, { options })).rejects.toThrow(message);
  });
});

describe('superpixel methods on an additive model', () => {
  // Superpixels are the quarters, or parts of them: a place's value is its superpixel's share of the score.
  const methods: [string, GivenOptions, number][] = [
    ['feature-ablation', {}, 4],
    ['shapley-sampling', { permutations: 3 }, 4],
    ['kernel-shap', { samples: 2000 }, 3],
    ['lime', { samples: 400, ridge: 0 }, 2],
  ];
  it.each(methods)('%s gives every superpixel what it adds', async (method, given, digits) => {
    const options = { segments: 4, baseline: 0, ...given };
    const { attribution } = await explained(quarters, method, steps, { options });
    expect(attribution.shape).toEqual([1, 8, 8]);
    const ablation = (await explained(quarters, 'feature-ablation', steps, { options: { segments: 4, baseline: 0 } }))
      .attribution;
    // Of an additive model, hiding a superpixel takes away exactly its share.
    for (const [i, value] of attribution.data.entries()) expect(value).toBeCloseTo(ablation.data[i]!, digits);
    expect(new Set(ablation.data).size).toBeGreaterThan(1);
  });

  it('reports progress, and stops where it is told to', async () => {
    const seen: number[] = [];
    const options = { segments: 4, permutations: 200 };
    await explained(quarters, 'shapley-sampling', steps, {
      options,
      onProgress: ({ done, total }: { done: number; total: number }) => seen.push(done / total),
    });
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.at(-1)).toBe(1);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    const controller = new AbortController();
    const running = explained(quarters, 'shapley-sampling', steps, {
      options,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(running).rejects.toThrow(/abort/i);
  });
});

describe('RISE', () => {
  it('is largest where the score comes from', async () => {
    const corner = network(['N', 1, 8, 8], ({ b, x, weight }) => {
      const values = Array.from({ length: 64 }, (_, i) => (i < 32 && i % 8 < 4 ? 1 : 0));
      return b.matMul(b.op('Flatten', [x], { axis: 1 }), weight(values, [64, 1]));
    });
    const options = { masks: 2000, grid: 4, 'target-score': 'logit' };
    const { data } = (await explained(corner, 'rise', array(new Array(64).fill(1), [1, 1, 8, 8]), { options })).attribution;
    // The mean score is 8; where a mask is seen, the score is 8 too unless the place is in the corner or near it.
    expect(Math.max(...data)).toBe(Math.max(...data.filter((_, i) => i < 32 && i % 8 < 4)));
    const far = sum(data.filter((_, i) => i >= 48 && i % 8 >= 6)) / 4;
    expect(far).toBeCloseTo(8, 0);
    expect(data[9]!).toBeGreaterThan(far + 1);
  });
});

describe('meaningful perturbation', () => {
  it('hides what the score depends on, and nothing else', async () => {
    const net = network(['N', 1, 8, 8], ({ b, x, weight }) => {
      const values = Array.from({ length: 64 }, (_, i) => (i < 32 ? 0.2 : 0));
      const score = b.matMul(b.op('Flatten', [x], { axis: 1 }), weight(values, [64, 1]));
      return b.concat([score, b.mul(score, -1)], 1);
    });
    const input = array(new Array(64).fill(1), [1, 1, 8, 8]);
    const options = { grid: 8, baseline: 0, iterations: 100, area: 0.3, smoothness: 0.01 };
    const { data } = (await explained(net, 'meaningful-perturbation', input, { targets: [0], options })).attribution;
    const [top, bottom] = [sum(data.subarray(0, 32)) / 32, sum(data.subarray(32)) / 32];
    expect(top).toBeGreaterThan(0.5);
    expect(bottom).toBeLessThan(0.1 * top);
  });
});

describe('least squares', () => {
  it('solves, with weights and a ridge', () => {
    const features = [[1, 0], [0, 1], [1, 1], [1, 1]]; // biome-ignore format: rows
    const exact = leastSquares({ features, values: [2, 3, 5, 9], weights: [1, 1, 1, 0], ridge: 0 });
    expect([...exact]).toEqual([expect.closeTo(2, 10), expect.closeTo(3, 10)]);
    const held = leastSquares({ features: [[1]], values: [4], weights: [1], ridge: 1 });
    expect(held[0]).toBeCloseTo(2, 10);
  });

  it('gives zero to what no observation tells', () => {
    expect([...leastSquares({ features: [[1, 0]], values: [3], weights: [1], ridge: 0 })]).toEqual([3, 0]);
  });
});
