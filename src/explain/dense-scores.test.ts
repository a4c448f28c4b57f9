import { describe, expect, it } from 'vitest';
import { Builder } from '../onnx/builder.js';
import { Graph, type Value } from '../onnx/graph.js';
import { floats } from '../onnx/tensor.js';
import { nodeRuntime } from '../runtime/node/index.js';
import { indexOfPlace, placeOfIndex } from './dense-scores.js';
import { explain } from './explain.js';
import type { Model } from './explanation.js';

const details = { opset: 17, domains: {}, metadata: {}, producer: '', functions: [] };

/** Two classes for each of 4 x 4 places: the first colour, and the second twice over. */
async function segmenter(finish: (b: Builder, map: Value) => Value = (_, map) => map): Promise<Model> {
  const b = new Builder(17);
  const x = b.input('x', 'float32', ['N', 3, 4, 4]);
  const w = b.constant(floats([1, 0, 0, 0, 2, 0], [2, 3, 1, 1]), 'w');
  const y = b.named('y', finish(b, b.op('Conv', [x, w])));
  return { graph: new Graph({ name: 'segmenter', inputs: [x], outputs: [y], details }), runtime: await nodeRuntime() };
}

const input = { shape: [1, 3, 4, 4], data: Float32Array.from({ length: 48 }, (_, i) => i) };
/** Where the gradient is not zero, by [channel, row, column], with its value. */
const touched = (data: Float32Array) =>
  [...data.entries()]
    .filter(([, value]) => value !== 0)
    .map(([i, value]) => [Math.floor(i / 16), Math.floor(i / 4) % 4, i % 4, value]);

describe('a map of classes', () => {
  it('is summed over all places', async () => {
    const { attribution, rows } = await explain(await segmenter(), 'gradient', input, { targets: [1] });
    expect([...attribution.data]).toEqual([...Array(16).fill(0), ...Array(16).fill(2), ...Array(16).fill(0)]);
    // Class 1 is twice the sum of 16 to 31.
    expect(rows[0]!.scores[1]).toBe(2 * 376);
  });

  it('is summed over a region, at any resolution of its mask', async () => {
    const region = { width: 2, height: 2, data: Float32Array.of(1, 0, 0, 0) };
    const { attribution } = await explain(await segmenter(), 'gradient', input, { targets: [0], region });
    expect(touched(attribution.data)).toEqual([
      [0, 0, 0, 1],
      [0, 0, 1, 1],
      [0, 1, 0, 1],
      [0, 1, 1, 1],
    ]);
  });

  it('has single places as targets', async () => {
    const { attribution, rows } = await explain(await segmenter(), 'gradient', input, { targets: [[1, 2, 3]] });
    expect(touched(attribution.data)).toEqual([[1, 2, 3, 2]]);
    expect(rows[0]!.target).toBe(1 * 16 + 2 * 4 + 3);
  });

  it('refuses a region without a bright part, and one for another kind of output', async () => {
    const dark = { width: 1, height: 1, data: Float32Array.of(0) };
    await expect(segmenter().then((model) => explain(model, 'gradient', input, { targets: [0], region: dark }))).rejects.toThrow(
      /region is empty/,
    );
    const flat = await segmenter((b, map) => b.op('Flatten', [map], { axis: 1 }));
    await expect(explain(flat, 'gradient', input, { targets: [0], region: dark })).rejects.toThrow(/a region needs an output/);
  });
});

describe('a list of scores', () => {
  it('has places as targets, and the largest of all as top', async () => {
    const list = await segmenter((b, map) => b.transpose(b.op('Reshape', [map, b.ints([0, 2, 16])]), [0, 2, 1]));
    const place = await explain(list, 'gradient', input, { targets: [[5, 0]] });
    expect(touched(place.attribution.data)).toEqual([[0, 1, 1, 1]]);
    const top = await explain(list, 'gradient', input);
    expect(placeOfIndex(top.rows[0]!.target, top.scoresShape)).toEqual([15, 1]);
  });

  it.each<[number[], (number | string)[], RegExp]>([
    [[1], ['N', 4, 5], /has 1 indices, and the output \[N, 4, 5\] has 2 axes/],
    [[4, 0], ['N', 4, 5], /target 4\/0 is out of range/],
    [[1, 1], ['N', 'boxes', 5], /must be known/],
  ])('refuses the place %j in %j', (place, shape, message) => {
    expect(() => indexOfPlace(place, shape)).toThrow(message);
  });
});
