import { describe, expect, it } from 'vitest';
import { runtime } from '../../../test/networks.js';
import { textFixture, textFixtures } from '../../../test/texts.js';
import { differenceOf } from '../../../test/transformers.js';
import { Builder } from '../../onnx/builder.js';
import { Graph, type Value } from '../../onnx/graph.js';
import { numbers } from '../../onnx/tensor.js';
import { openModelFile } from '../../runtime/node/index.js';
import type { TextMethod } from './methods.js';
import { loadText } from './relevance.js';

const feedsOf = (ids: readonly number[]) => ({
  input_ids: { shape: [1, ids.length], data: BigInt64Array.from(ids, BigInt) },
});

const inputOf = async (graph: Graph, ids: readonly number[]) => ({
  tower: { graph, runtime: await runtime },
  ids: 'input_ids',
  output: graph.outputs[0]!.name,
  feeds: feedsOf(ids),
});

describe.each(textFixtures.towers)('tokens of a text in the tower of $folder', ({ folder, ids, image, score, relevance }) => {
  it.each(Object.keys(relevance) as TextMethod[])('have the %s that PyTorch gives them', async (method) => {
    const { graph, weights } = openModelFile(textFixture(`${folder}/onnx/text_model.onnx`));
    const { tower, ...rest } = await inputOf(graph, ids);
    const text = await loadText({ ...rest, tower: { ...tower, weights } }, method);
    const { cosine, values } = await text.explain(Float32Array.from(image));
    await text.dispose();
    expect(cosine).toBeCloseTo(score, 5);
    const wanted = [...relevance[method]];
    // The token that the vector is read from has a share of one by itself there.
    if (method === 'transformer-attribution') wanted[wanted.length - 1]! -= 1;
    expect(differenceOf(values, wanted)).toBeLessThan(1e-4);
  });
});

describe('towers of other forms', () => {
  const details = { opset: 17, domains: {}, metadata: {}, producer: '', functions: [] };
  const table = numbers(
    'float32',
    Array.from({ length: 5 * 4 }, (_, i) => Math.sin(i + 1)),
    [5, 4],
  );

  /** A bag of words: the mean of the tokens' vectors, or of what their ids say otherwise. */
  function bagOf(tokensOf: (b: Builder, ids: Value) => Value): Graph {
    const b = new Builder(17);
    const ids = b.input('input_ids', 'int64', ['N', 'T']);
    const output = b.named('text_embeds', b.reduceMean(tokensOf(b, ids), [1], false));
    return new Graph({ name: 'bag', inputs: [ids], outputs: [output], details });
  }

  const bag = (looksUp: boolean) =>
    bagOf((b, ids) => (looksUp ? b.gather(b.constant(table), ids, 0) : b.unsqueeze(b.cast(ids, 'float32'), [2])));

  it('share a linear score out to the words: the part of the mean that lies along the image, less what it adds to the length', async () => {
    const ids = [1, 3, 4];
    const image = [0.5, -1, 2, 0.25];
    const text = await loadText(await inputOf(bag(true), ids), 'attn-lrp');
    const { cosine, values } = await text.explain(Float32Array.from(image));
    // With the norm held constant, a word gives its own product with the image: these add up to the cosine.
    const row = (id: number) => Array.from({ length: 4 }, (_, i) => Math.sin(4 * id + i + 1));
    const mean = row(0).map((_, i) => ids.reduce((sum, id) => sum + row(id)[i]!, 0) / 3);
    const wanted = ids.map(
      (id) => row(id).reduce((sum, value, i) => sum + value * image[i]!, 0) / 3 / Math.hypot(...mean) / Math.hypot(...image),
    );
    expect(differenceOf(values, wanted)).toBeLessThan(1e-5);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(cosine, 5);
  });

  it('may keep their table as integers', async () => {
    const [scale, zero] = [0.02, 128];
    const integers = Array.from({ length: 5 * 4 }, (_, i) => zero + Math.round(Math.sin(i + 1) / scale));
    const quantised = (b: Builder, ids: Value) => {
      const rows = b.gather(b.constant(numbers('uint8', integers, [5, 4])), ids, 0);
      return b.op('DequantizeLinear', [rows, b.scalar(scale), b.scalar(zero, 'uint8')]);
    };
    const real = integers.map((value) => (value - zero) * scale);
    const floats = (b: Builder, ids: Value) => b.gather(b.constant(numbers('float32', real, [5, 4])), ids, 0);
    const image = Float32Array.of(0.5, -1, 2, 0.25);
    const of = async (tokensOf: typeof floats, method: TextMethod) =>
      (await loadText(await inputOf(bagOf(tokensOf), [1, 3, 4]), method)).explain(image);
    for (const method of ['input-x-gradient', 'attn-lrp'] as const) {
      const [got, wanted] = [await of(quantised, method), await of(floats, method)];
      expect(got.cosine).toBeCloseTo(wanted.cosine, 5);
      expect(differenceOf(got.values, wanted.values)).toBeLessThan(1e-4);
    }
  });

  it('are refused by attn-lrp where scales depend on the text', async () => {
    const dynamic = bagOf((b, ids) => {
      const rows = b.gather(b.constant(table), ids, 0);
      const { outputs } = b.node('DynamicQuantizeLinear', [rows], {}, { outputs: 3 });
      return b.op('DequantizeLinear', [...outputs]);
    });
    await expect(loadText(await inputOf(dynamic, [1]), 'attn-lrp')).rejects.toThrow(/no rules for the scales of a dynamically/);
  });

  it.each<[string, boolean, TextMethod, RegExp]>([
    [
      'without a table',
      false,
      'input-x-gradient',
      /does not look its tokens up in a table by "input_ids".*take --words occlusion/,
    ],
    ['without attention', true, 'transformer-attribution', /no attention between tokens .*; take input-x-gradient/],
  ])('%s say so', async (_, looksUp, method, message) => {
    await expect(loadText(await inputOf(bag(looksUp), [1, 2]), method)).rejects.toThrow(message);
  });
});
