import { describe, expect, it } from 'vitest';
import { computed, differenceOf, noise, open } from '../../../test/transformers.js';
import { viewOfAll } from '../../image/index.js';
import { decompose } from '../../transformers/decomposition.js';
import { transformerBetween } from '../../transformers/transformer.js';
import { prepare } from '../subject.js';
import { comparedWithTexts } from '../text-scores.js';
import { symmetricEigen } from './eigen.js';
import { nameHead } from './naming.js';
import { headVectors } from './vectors.js';
import { headWeights, overlap } from './weights.js';

describe('vectors of heads', () => {
  it('times a text are what the heads add to its score', async () => {
    const subject = prepare((await open('clip-openclip/onnx/vision_model')).graph);
    const { input, scores, graph, given } = comparedWithTexts(subject, { vectors: noise([1, 24]), phrases: ['text'] });
    const [vectors, parts] = await computed(graph, { ...given, [input.name]: noise([2, 3, 48, 48], 0.4) }, (b) => {
      const transformer = transformerBetween(input, scores);
      const cells = decompose(b, transformer, b.squeeze(scores, [1])).map(({ contributions }) =>
        b.unsqueeze(b.reduceSum(contributions, [2], false), [1]),
      );
      return [headVectors(b, transformer, subject.scores, transformer.blocks), b.concat(cells, 1)];
    });
    expect(vectors!.shape).toEqual([2, 3, 4, 24]);
    const text = given!.texts!.data as Float32Array;
    const times = Array.from({ length: 24 }, (_, head) =>
      text.reduce((sum, value, i) => sum + value * vectors!.data[head * 24 + i]!, 0),
    );
    expect(differenceOf(times, parts!.data)).toBeLessThan(2e-5);
  });
});

describe('weights of heads', () => {
  const plane = (rows: readonly (readonly number[])[]) => ({
    width: rows[0]!.length,
    height: rows.length,
    data: Float32Array.from(rows.flat()),
  });

  it('count where a map is above its mean, negative parts as zero', () => {
    const map = plane([
      [-9, 0, 1, 5],
      [0, 0, 6, 4],
    ]);
    const mask = plane([
      [0, 0, 0, 1],
      [0, 0, 0, 1],
    ]);
    // Above 2: 5, 6 and 4; two of them are marked.
    expect(overlap(map, mask, 'mean')).toBeCloseTo(2 / 3);
    expect(overlap(map, mask, 'zero')).toBeCloseTo(2 / 4);
    expect(overlap(plane([[0]]), plane([[0]]), 'mean')).toBe(0);
  });

  it('rise with the overlap of a head and the mask', async () => {
    const model = await open('clip-openclip/onnx/vision_model');
    const texts = { vectors: noise([2, 24]), phrases: ['a', 'b'] };
    const input = noise([1, 3, 48, 48], 0.4);
    const view = viewOfAll({ width: 48, height: 48 });
    const marked = (value: number, text: number) => ({
      input,
      text,
      view,
      mask: { width: 48, height: 48, data: new Float32Array(2304).fill(value) },
    });
    const weights = await headWeights(model, texts, [marked(1, 0), marked(1, 1)]);
    expect(weights.shape).toEqual([3, 4]);
    const steeper = await headWeights(model, texts, [marked(1, 0), marked(1, 1)], { alpha: 40 });
    for (const [i, weight] of weights.data.entries()) {
      expect(weight).toBeGreaterThan(0);
      expect(steeper.data[i]).toBeGreaterThan(weight);
    }
    const nothing = await headWeights(model, texts, [marked(0, 0)]);
    expect([...nothing.data]).toEqual(new Array(12).fill(0));
  });
});

describe('naming heads', () => {
  it('finds the eigenvectors of a matrix', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 0, 1, 2, 0, 0, 0, 5), 3);
    expect(values.map((value) => Math.round(value * 1e9) / 1e9)).toEqual([5, 3, 1]);
    expect(Math.abs(vectors[1]![0]! - vectors[1]![1]!)).toBeLessThan(1e-9);
  });

  it('takes the text along which the vectors vary most, then the next one beside it', () => {
    // They vary by 3 along x, by 2 along y and by 1 along z; a constant part says nothing.
    const vectors = [1, -1, 1, -1].map((sign, i) => Float64Array.of(3 * sign, i < 2 ? 2 : -2, i % 3 ? 1 : -1, 7));
    const axis = (i: number) => Float64Array.from({ length: 4 }, (_, k) => Number(k === i));
    const diagonal = Float64Array.of(Math.SQRT1_2, Math.SQRT1_2, 0, 0);
    const named = nameHead(vectors, [axis(2), diagonal, axis(0), axis(1), axis(3)], { count: 3 });
    expect(named.map(({ text }) => text)).toEqual([2, 3, 0]);
    expect(named.map(({ explained }) => Math.round(explained * 1e6) / 1e6)).toEqual([0.642857, 0.928571, 1]);
  });

  it('explains no less with every text', () => {
    const rows = noise([12, 6]).data;
    const words = noise([20, 6], 3).data;
    const split = (data: Float32Array) =>
      Array.from({ length: data.length / 6 }, (_, i) => Float64Array.from(data.slice(6 * i, 6 * i + 6)));
    const named = nameHead(split(rows), split(words), { count: 6 });
    const explained = named.map((one) => one.explained);
    expect(explained).toEqual([...explained].sort((a, c) => a - c));
    expect(named.at(-1)!.explained).toBeCloseTo(1, 6);
  });
});
