/** Models that are not the usual classifier: other layouts, ranks and inputs. */
import { describe, expect, it } from 'vitest';
import { Builder } from '../onnx/builder.js';
import { Graph, type Shape, type Value } from '../onnx/graph.js';
import { floats } from '../onnx/tensor.js';
import { nodeRuntime } from '../runtime/node/index.js';
import { explain } from './explain.js';
import type { Model } from './explanation.js';

const details = { opset: 17, domains: {}, metadata: {}, producer: '', functions: [] };
const runtime = nodeRuntime();
const wave = (length: number, step = 0.7) => Float32Array.from({ length }, (_, i) => Math.sin(i * step));

async function model(inputs: Readonly<Record<string, Shape>>, make: (b: Builder, inputs: Value[]) => Value): Promise<Model> {
  const b = new Builder(17);
  const values = Object.entries(inputs).map(([name, shape]) => b.input(name, 'float32', shape));
  return {
    graph: new Graph({ name: 'm', inputs: values, outputs: [b.named('y', make(b, values))], details }),
    runtime: await runtime,
  };
}

const weight = (b: Builder, shape: number[]) => b.constant(floats(wave(shape.reduce((p, d) => p * d)), shape), b.freshName('w'));

/** Convolution, ReLU, mean over places, two classes, on [N, 3, h, w]. */
function classify(b: Builder, x: Value): Value {
  const layer = b.op('Relu', [b.op('Conv', [x, weight(b, [4, 3, 3, 3])], { pads: [1, 1, 1, 1] })], {}, { outputs: ['layer'] });
  return b.op('Gemm', [b.op('Flatten', [b.op('GlobalAveragePool', [layer])]), weight(b, [4, 2])]);
}

/** [N, C, H, W] from [N, H, W, C]. */
function channelsFirst(data: Float32Array, size: number): Float32Array {
  return Float32Array.from(data, (_, i) => data[(i % (size * size)) * 3 + Math.floor(i / (size * size))]!);
}

function expectClose(got: Float32Array, wanted: Float32Array): void {
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i]!, 5);
}

describe('a model with channels last', () => {
  it('has the maps of the same model with channels first', async () => {
    const last = await model({ x: ['N', 6, 6, 3] }, (b, [x]) => classify(b, b.transpose(x!, [0, 3, 1, 2])));
    const first = await model({ x: ['N', 3, 6, 6] }, (b, [x]) => classify(b, x!));
    const picture = wave(108, 0.3);
    const inLast = { shape: [1, 6, 6, 3], data: picture };
    const inFirst = { shape: [1, 3, 6, 6], data: channelsFirst(picture, 6) };
    const gradients = [await explain(last, 'gradient', inLast), await explain(first, 'gradient', inFirst)] as const;
    expect(gradients[0].attribution.shape).toEqual([1, 6, 6, 3]);
    const turned = channelsFirst(gradients[0].attribution.data, 6);
    expectClose(turned, gradients[1].attribution.data);
    const maps = [await explain(last, 'grad-cam', inLast), await explain(first, 'grad-cam', inFirst)] as const;
    expect(maps[0].attribution.shape).toEqual([1, 6, 6]);
    expectClose(maps[0].attribution.data, maps[1].attribution.data);
  });

  it('has them at layers with channels last too: where they are named, and where nothing comes behind them', async () => {
    const convolved = (b: Builder, x: Value) => b.op('Conv', [x, weight(b, [4, 3, 3, 3])], { pads: [1, 1, 1, 1] });
    const last = await model({ x: ['N', 5, 6, 3] }, (b, [x]) => {
      const turned = b.transpose(convolved(b, b.transpose(x!, [0, 3, 1, 2])), [0, 2, 3, 1]);
      const layer = b.op('Relu', [turned], {}, { outputs: ['layer'] });
      return b.op('Gemm', [b.reduceMean(layer, [1, 2], false), weight(b, [4, 2])]);
    });
    const first = await model({ x: ['N', 3, 5, 6] }, (b, [x]) => classify(b, x!));
    const picture = wave(180, 0.3);
    const inLast = { shape: [2, 5, 6, 3], data: picture };
    const places = 30;
    const turned = Float32Array.from(picture, (_, i) => {
      const [row, at] = [Math.floor(i / 90), i % 90];
      return picture[row * 90 + (at % places) * 3 + Math.floor(at / places)]!;
    });
    const inFirst = { shape: [2, 3, 5, 6], data: turned };
    for (const method of ['grad-cam', 'cam', 'eigen-cam', 'recipro-cam', 'score-cam']) {
      const expected = await explain(first, method, inFirst, { targets: [1] });
      for (const layers of [undefined, ['layer']]) {
        const { attribution, layers: used } = await explain(last, method, inLast, { targets: [1], ...(layers && { layers }) });
        expect(used.map(({ name }) => name)).toEqual(['layer']);
        expect(attribution.shape).toEqual([2, 5, 6]);
        expectClose(attribution.data, expected.attribution.data);
      }
    }
  });
});

describe('a model with open sizes', () => {
  it.each([5, 8, 11])('is explained at %i x %i', async (size) => {
    const open = await model({ x: ['N', 3, 'H', 'W'] }, (b, [x]) => classify(b, x!));
    const input = { shape: [2, 3, size, size], data: wave(6 * size * size) };
    expect((await explain(open, 'gradient', input)).attribution.shape).toEqual([2, 3, size, size]);
    expect((await explain(open, 'grad-cam', input)).attribution.shape).toEqual([2, size, size]);
  });
});

describe('outputs of few numbers', () => {
  const input = { shape: [2, 3, 4, 4], data: wave(96) };
  it.each<[string, (b: Builder, x: Value) => Value]>([
    ['one number a row, [N]', (b, x) => b.reduceMean(x, [1, 2, 3], false)],
    ['one number a row, [N, 1]', (b, x) => b.op('Flatten', [b.reduceMean(x, [1, 2, 3])])],
    ['one probability a row', (b, x) => b.sigmoid(b.op('Flatten', [b.reduceMean(x, [1, 2, 3])]))],
  ])('%s', async (_, make) => {
    const { attribution, rows } = await explain(await model({ x: ['N', 3, 4, 4] }, (b, [x]) => make(b, x!)), 'gradient', input);
    for (const value of attribution.data) expect(value).toBeCloseTo(1 / 48, 6);
    expect(rows.map(({ target }) => target)).toEqual([0, 0]);
  });
});

describe('several inputs', () => {
  it('take the image that is left, and values for the others', async () => {
    const two = await model({ mask: ['N', 1, 4, 4], image: ['N', 3, 4, 4] }, (b, [mask, image]) =>
      b.reduceSum(b.mul(image!, mask!), [2, 3], false),
    );
    const input = { shape: [1, 3, 4, 4], data: wave(48) };
    const mask = { shape: [1, 1, 4, 4], data: wave(16) };
    const { attribution } = await explain(two, 'gradient', input, { targets: [1], inputs: { mask } });
    expect([...attribution.data.subarray(16, 32)]).toEqual([...mask.data]);
    expect(attribution.data.subarray(0, 16).every((value) => value === 0)).toBe(true);
    await expect(explain(two, 'gradient', input)).rejects.toThrow(/several inputs, mask, image/);
  });
});
