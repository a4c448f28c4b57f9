import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sum } from '../../test/networks.js';
import { computed, differenceOf, noise, open, path, read } from '../../test/transformers.js';
import { explain } from '../explain/explain.js';
import type { ExplainOptions } from '../explain/explanation.js';
import { prepare } from '../explain/subject.js';
import { numbers } from '../onnx/tensor.js';
import type { FloatArray } from '../tensor/tensor.js';
import { transformerBetween, wholeTransformer } from '../transformers/transformer.js';
import { defineMethod } from './method.js';
import { withoutTokens } from './without-tokens.js';

const cases = Object.entries(
  JSON.parse(readFileSync(path('cases.json'), 'utf8')) as Record<string, { target: number; methods: string[] }>,
).flatMap(([net, { target, methods }]) => methods.map((method) => [net, method, target] as const));

const text = { vectors: noise([1, 24]), phrases: ['text'] };
const map = async (name: string, method: string, input = noise([1, 3, 48, 48]), options: ExplainOptions = {}) =>
  (await explain(await open(name), method, input, options)).attribution;
const clip = (method: string, options: ExplainOptions = {}) =>
  map('clip-openclip/onnx/vision_model', method, noise([2, 3, 48, 48], 0.3), { texts: text, ...options });

describe('methods of attention', () => {
  it.each(cases)('on %s, %s equals PyTorch', async (net, method, target) => {
    const { attribution } = await explain(await open(net), method, read(`${net}.input`), { targets: [target] });
    const wanted = read(`${net}.${method}`);
    expect(attribution.shape).toEqual(wanted.shape);
    expect(differenceOf(attribution.data, wanted.data)).toBeLessThan(1e-4);
  });

  it.each(['wide', 'registers'].flatMap((net) => ['drop', 'mean', 'zero'].map((mode) => [net, mode] as const)))(
    'on %s, occlusion of 2 x 2 tokens by %s equals PyTorch',
    async (net, mode) => {
      const options = { targets: [3], options: { mode, window: 2, stride: 2 } };
      const { attribution } = await explain(await open(net), 'transformer-occlusion', read(`${net}.input`), options);
      expect(differenceOf(attribution.data, read(`${net}.occlusion-2-${mode}`).data)).toBeLessThan(1e-4);
    },
  );

  // With the stream [tokens, N, d], with the operator Attention, and with an attention that pools.
  it.each(['clip-openclip/onnx/vision_model', 'clip-attention-op/vision_model', 'siglip/vision_model'])(
    'on %s, tokens that are left out change nothing, whatever they hold',
    async (name) => {
      const model = await open(name);
      const { input, scores, graph } = prepare(model.graph);
      const [, , height, width] = input.shape as [number, number, number, number];
      const x = noise([1, 3, height, width], 0.4);
      // Another picture in the last row of patches.
      const other = { ...x, data: x.data.map((value, i) => (Math.floor(i / width) % height < height - 8 ? value : -2 * value)) };
      const { count, first, grid } = transformerBetween(input, scores).tokens;
      const patches = grid[0] * grid[1];
      const seen = (all: boolean) =>
        Float32Array.from({ length: count }, (_, i) => Number(all || i < first + patches - grid[1] || i >= first + patches));
      const run = async (image: FloatArray, all: boolean) => {
        const [out] = await computed(graph, { [input.name]: image }, (b) => {
          const mask = b.constant(numbers('float32', [...seen(all)], [1, count]));
          return [withoutTokens(b, wholeTransformer(input, scores, 'test'), scores, mask)];
        });
        return out!.data;
      };
      expect(differenceOf(await run(other, false), await run(x, false))).toBeLessThan(1e-5);
      expect(differenceOf(await run(other, true), await run(x, true))).toBeGreaterThan(0.01);
    },
  );

  it.each([
    ['wide', { window: '6' }, /window 6 leaves nothing of 4 x 6 patches/],
    ['wide', { window: '5' }, /window 5 is larger than the grid/],
    ['wide', { window: '2', stride: '3' }, /stride 3 is larger than the window, 2/],
    ['global-and-windows', {}, /1 of the model's attentions are within windows/],
  ])('occlusion of tokens on %s refuses %j', async (net, options, message) => {
    const input = noise([1, 3, ...(net === 'wide' ? [32, 48] : [64, 64])]);
    await expect(map(net, 'transformer-occlusion', input, { options })).rejects.toThrow(message);
  });

  it.each(['attention', 'attention-rollout'])('%s shares out 1 where every token is a patch', async (method) => {
    const { data } = await map('mean', method, read('mean.input'));
    for (const row of [0, 1]) expect(sum(data.subarray(row * 16, row * 16 + 16))).toBeCloseTo(1, 5);
  });

  it('rollout without what was discarded keeps the strongest weights', async () => {
    const all = await map('mean', 'attention-rollout', read('mean.input'));
    const kept = await map('mean', 'attention-rollout', read('mean.input'), { options: { 'discard-ratio': 0.9 } });
    for (const row of [0, 1]) expect(sum(kept.data.subarray(row * 16, row * 16 + 16))).toBeCloseTo(1, 5);
    expect(differenceOf(kept.data, all.data)).toBeGreaterThan(0.01);
  });

  it('transformer attribution of the last block is (gradient x attention)+ and the identity', async () => {
    const model = await open('wide');
    const x = read('wide.input');
    const options = { targets: [3], options: { layers: '1' } };
    const one = await explain(model, 'transformer-attribution', x, options);
    const gradient = await explain(model, 'attention-gradient', x, { targets: [3] });
    expect(differenceOf(one.attribution.data, gradient.attribution.data)).toBeLessThan(1e-6);
  });

  it.each(['siglip/vision_model', 'registers'])(
    'on %s, gradients in the attention are how the score changes with it',
    async (name) => {
      // Of each block: the gradient times a direction, and the difference of two scores along it.
      const slopes = defineMethod({
        name: 'slopes',
        summary: '',
        reference: '',
        space: 'tokens',
        options: {},
        plan: ({ b, input, logits, gradient, replace }) => {
          const { blocks, pool } = transformerBetween(input, logits);
          const pairs = (pool ? [...blocks, pool] : blocks).map(({ probabilities: weights }) => {
            const direction = b.op('Sin', [b.mul(weights, 40)]);
            const scoreAt = (step: number) => replace(weights, b.add(weights, b.mul(direction, step))).score;
            const along = b.reduceSum(b.mul(gradient(weights), direction), undefined, false);
            const difference = b.div(b.sub(b.squeeze(scoreAt(1e-2), [0]), b.squeeze(scoreAt(-1e-2), [0])), 2e-2);
            return b.reshape(b.concat([b.unsqueeze(along, [0]), b.unsqueeze(difference, [0])], 0), [1, 1, 2]);
          });
          return b.concat(pairs, 1);
        },
      });
      const texts = name.startsWith('siglip') ? { vectors: noise([1, 32]), phrases: ['text'] } : undefined;
      const { attribution } = await explain(await open(name), slopes, noise([1, 3, 32, 32]), { texts, targets: [0] });
      expect(attribution.shape[1]).toBe(texts ? 4 : 3);
      for (let block = 0; block < attribution.shape[1]!; block++) {
        const [along, difference] = attribution.data.slice(2 * block);
        expect(Math.abs(along! / difference! - 1)).toBeLessThan(0.02);
      }
    },
  );

  it('rows of a batch do not see each other', async () => {
    const both = read('wide.input');
    const second = { shape: [1, ...both.shape.slice(1)], data: both.data.slice(both.data.length / 2) };
    for (const method of ['attention-rollout', 'transformer-attribution', 'legrad', 'textspan']) {
      const together = await map('wide', method, both, { targets: [3] });
      const alone = await map('wide', method, second, { targets: [3] });
      expect(differenceOf(together.data.slice(24), alone.data)).toBeLessThan(1e-4);
    }
  });

  it('refuses more layers than there are, and what is no number', async () => {
    await expect(map('wide', 'legrad', read('wide.input'), { options: { layers: '9' } })).rejects.toThrow(
      /layers is 9, and the model has 3 attention blocks/,
    );
    await expect(map('wide', 'legrad', read('wide.input'), { options: { layers: 'two' } })).rejects.toThrow(/not "two"/);
  });
});

describe('the decomposition of a score', () => {
  it('blocks add up to the whole, heads to their block', async () => {
    const whole = await clip('textspan');
    const parts: FloatArray[] = [];
    for (const blocks of ['0', '1', '2']) parts.push(await clip('textspan', { options: { blocks } }));
    expect(
      differenceOf(
        whole.data.map((_, i) => sum(parts.map(({ data }) => data[i]!))),
        whole.data,
      ),
    ).toBeLessThan(1e-5);
    const heads: FloatArray[] = [];
    for (const head of [0, 1, 2, 3]) heads.push(await clip('textspan', { options: { heads: `2.${head}` } }));
    expect(
      differenceOf(
        parts[2]!.data.map((_, i) => sum(heads.map(({ data }) => data[i]!))),
        parts[2]!.data,
      ),
    ).toBeLessThan(1e-5);
  });

  const weights = { shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => i / 11) };

  it.each(['median', 'high-norm', 'none'])(
    'object, context and registers add up to the whole, by the filter %s',
    async (filter) => {
      const whole = await clip('textspan');
      const parts: FloatArray[] = [];
      for (const part of ['object', 'context', 'register'])
        parts.push(await clip('chili', { options: { part, weights, filter } }));
      expect(
        differenceOf(
          whole.data.map((_, i) => sum(parts.map(({ data }) => data[i]!))),
          whole.data,
        ),
      ).toBeLessThan(1e-5);
    },
  );

  it('has no register part where nothing is filtered, nor where no token has a high norm', async () => {
    for (const filter of ['none', 'high-norm'])
      expect(Math.max(...(await clip('chili', { options: { part: 'register', filter } })).data.map(Math.abs))).toBe(0);
    expect(Math.max(...(await clip('chili', { options: { part: 'register' } })).data.map(Math.abs))).toBeGreaterThan(0);
  });

  it.each([
    ['textspan', { heads: '2.4' }, /heads \(block 2\) counts from 0 to 3 here, and "4" is none/],
    ['textspan', { blocks: '1,x' }, /blocks counts from 0 to 2 here, and "x" is none/],
    ['chili', {}, /need weights of heads: --weights w\.npy \[3, 4\]/],
    [
      'chili',
      { weights: { shape: [4, 3], data: new Float32Array(12) } },
      /the weights have the shape \[4, 3\], and the model has 3 blocks of 4 heads/,
    ],
  ])('%s refuses %j', async (method, options, message) => {
    await expect(clip(method, { options })).rejects.toThrow(message);
  });
});

describe('models that compare images with texts', () => {
  it('explain the text that fits best, or the one that is asked for', async () => {
    const texts = { vectors: noise([3, 24], 5), phrases: ['a', 'b', 'c'] };
    const model = await open('clip-openclip/onnx/vision_model');
    const input = noise([1, 3, 48, 48]);
    const { rows } = await explain(model, 'gradient', input, { texts });
    const { scores, target } = rows[0]!;
    expect(scores.length).toBe(3);
    expect(Math.max(...scores)).toBe(scores[target]);
    for (const score of scores) expect(Math.abs(score)).toBeLessThan(1);
    const one = { vectors: { shape: [1, 24], data: texts.vectors.data.slice(24, 48) }, phrases: ['b'] };
    const alone = await explain(model, 'legrad', input, { texts: one });
    const chosen = await explain(model, 'legrad', input, { texts, targets: [1] });
    expect(differenceOf(chosen.attribution.data, alone.attribution.data)).toBeLessThan(1e-5);
  });

  it('need a text where a text is explained, and only there', async () => {
    const model = { ...(await open('clip-openclip/onnx/vision_model')), embeds: true };
    const input = noise([1, 3, 48, 48]);
    await expect(explain(model, 'legrad', input)).rejects.toThrow(/legrad explains one: give --text/);
    expect((await explain(model, 'attention', input)).attribution.shape).toEqual([1, 6, 6]);
  });

  it('refuse a vector of another length, and classifiers refuse texts', async () => {
    const texts = { vectors: noise([1, 7]), phrases: ['x'] };
    await expect(clip('legrad', { texts })).rejects.toThrow(/the text vector has 7 numbers/);
    await expect(map('wide', 'legrad', read('wide.input'), { texts })).rejects.toThrow(/is a classifier and takes no text/);
  });
});
