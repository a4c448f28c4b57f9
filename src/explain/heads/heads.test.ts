import { describe, expect, it } from 'vitest';
import { sum } from '../../../test/networks.js';
import { computed, differenceOf, noise, open } from '../../../test/transformers.js';
import { viewOfAll } from '../../image/index.js';
import { decompose } from '../../transformers/decomposition.js';
import { transformerBetween } from '../../transformers/transformer.js';
import { explain } from '../explain.js';
import { prepare } from '../subject.js';
import { comparedWithTexts } from '../text-scores.js';
import { loadConcepts } from './concepts.js';
import { ablatedScore, loadContributions, meanContributions } from './contributions.js';
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
      return [headVectors(b, transformer, subject.scores, transformer.reading), b.concat(cells, 1)];
    });
    expect(vectors!.shape).toEqual([2, 3, 4, 24]);
    const text = given!.texts!.data as Float32Array;
    const times = Array.from({ length: 24 }, (_, head) =>
      text.reduce((sum, value, i) => sum + value * vectors!.data[head * 24 + i]!, 0),
    );
    expect(differenceOf(times, parts!.data)).toBeLessThan(2e-5);
  });
});

describe('contributions of heads', () => {
  const named = { texts: { vectors: noise([2, 24]), phrases: ['a', 'b'] } };

  it.each([
    ['clip-openclip/onnx/vision_model', [1, 3, 48, 48], named, 12, 3],
    ['wide', [1, 3, 32, 48], {}, 12, 3],
    ['registers', [1, 3, 32, 32], {}, 12, 3],
    ['grouped', [1, 3, 32, 32], {}, 12, 3],
    ['joined', [1, 3, 32, 32], {}, 12, 3],
    ['mean', [1, 3, 32, 32], {}, 12, 3],
    ['cait', [1, 3, 32, 48], {}, 8, 2],
  ] as const)('of %s add up to each score with those of the MLPs and the start', async (name, shape, options, heads, mlps) => {
    const loaded = await loadContributions(await open(name), shape, options);
    const image = noise(shape, 0.4);
    const scores = await loaded.scores(image);
    const largest = Math.max(...scores.map(Math.abs));
    for (const target of [0, 1]) {
      const parts = await loaded.parts(image, target);
      expect([parts.heads.length, parts.mlps.length]).toEqual([heads, mlps]);
      const all = [...parts.heads, ...parts.mlps].reduce((sum, { contribution }) => sum + contribution, parts.rest);
      expect(parts.score).toBeCloseTo(scores[target]!, 5);
      expect(Math.abs(all - parts.score) / largest).toBeLessThan(1e-5);
    }
    await loaded.dispose();
  });

  // By another way than the gradient: the head's own vector at the end of the stream.
  it('of a head are what its vector makes of the text', async () => {
    const subject = prepare((await open('clip-openclip/onnx/vision_model')).graph);
    const image = noise([1, 3, 48, 48], 0.4);
    const { input, scores, graph, given } = comparedWithTexts(subject, named.texts);
    const [vectors] = await computed(graph, { ...given, [input.name]: image }, (b) => {
      const transformer = transformerBetween(input, scores);
      return [headVectors(b, transformer, subject.scores, transformer.reading)];
    });
    const loaded = await loadContributions(await open('clip-openclip/onnx/vision_model'), image.shape, named);
    const { heads } = await loaded.parts(image, 1);
    await loaded.dispose();
    const text = (given!.texts!.data as Float32Array).subarray(24);
    const wanted = heads.map((_, head) => text.reduce((sum, value, i) => sum + value * vectors!.data[head * 24 + i]!, 0));
    expect(
      differenceOf(
        heads.map(({ contribution }) => contribution),
        wanted,
      ),
    ).toBeLessThan(2e-5);
  });

  it('of a pool leave the rest of the score', async () => {
    const texts = { vectors: noise([1, 32]), phrases: ['a'] };
    const loaded = await loadContributions(await open('siglip/vision_model'), [1, 3, 32, 32], { texts });
    const { score, heads, mlps, rest } = await loaded.parts(noise([1, 3, 32, 32], 0.4), 0);
    await expect(loaded.parts(noise([1, 3, 32, 32]), 1)).rejects.toThrow(/target 1 is out of range: there are 1 scores/);
    await loaded.dispose();
    expect([heads.length, mlps.length]).toEqual([4, 0]);
    expect(heads.reduce((sum, { contribution }) => sum + contribution, rest)).toBeCloseTo(score, 5);
  });

  it('are taken out, or replaced by their means', () => {
    const partsWith = (...contributions: number[]) => ({
      score: contributions.reduce((sum, one) => sum + one, 1),
      heads: contributions.map((contribution, i) => ({ block: i >> 1, head: i & 1, contribution })),
      mlps: [],
      rest: 1,
    });
    const [one, other] = [partsWith(1, 2, 3, 4), partsWith(5, 2, -1, 0)];
    const means = meanContributions([one, other]);
    expect(means.map(({ contribution }) => contribution)).toEqual([3, 2, 1, 2]);
    const heads = [
      { block: 0, head: 0 },
      { block: 1, head: 1 },
    ];
    expect(ablatedScore(one, heads)).toBe(6);
    expect(ablatedScore(one, heads, means)).toBe(11);
    expect(() => ablatedScore(one, [{ block: 2, head: 0 }])).toThrow('the model has no head 2.0');
  });

  it('are refused where attention lies within windows', async () => {
    await expect(loadContributions(await open('global-and-windows'), [1, 3, 64, 64])).rejects.toThrow(
      /heads follows all attention/,
    );
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

describe('scores of concepts', () => {
  it('are the cosine and the sums of the parts of the map, for more texts than share a run', async () => {
    const model = await open('clip-openclip/onnx/vision_model');
    const texts = { vectors: noise([19, 24]), phrases: Array.from({ length: 19 }, (_, i) => String(i)) };
    const image = noise([1, 3, 48, 48], 0.4);
    const weights = { shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => i / 11) };
    const { run, dispose } = await loadConcepts(model, texts, weights, image.shape);
    const scores = await run(image);
    await dispose();
    expect(scores.length).toBe(19);
    for (const text of [0, 18]) {
      for (const part of ['object', 'context', 'register'] as const) {
        const { attribution, rows } = await explain(model, 'chili', image, {
          texts,
          targets: [text],
          options: { part, weights },
        });
        expect(scores[text]![part]).toBeCloseTo(sum(attribution.data), 5);
        expect(scores[text]!.score).toBeCloseTo(rows[0]!.scores[text]!, 5);
      }
    }
  });

  it('need weights for all heads', async () => {
    const texts = { vectors: noise([1, 24]), phrases: ['a'] };
    const weights = { shape: [2, 4], data: new Float32Array(8) };
    await expect(loadConcepts(await open('clip-openclip/onnx/vision_model'), texts, weights, [1, 3, 48, 48])).rejects.toThrow(
      /the weights have the shape \[2, 4\], and the model has 3 blocks of 4 heads/,
    );
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
