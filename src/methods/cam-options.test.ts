/** Options of class activation maps, where no reference library is needed; beside test/fixtures/cam-options. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { array, explained, network, runtime, sum } from '../../test/networks.js';
import { explainClasses } from '../explain/classes.js';
import { explain } from '../explain/explain.js';
import { openModelFile } from '../runtime/node/index.js';
import { decodeNpy } from '../tensor/npy.js';
import type { FloatArray } from '../tensor/tensor.js';
import { ablationCam } from './ablation-cam.js';
import { factorise } from './factorisation.js';
import type { IterativeMethod } from './method.js';
import { numpyNormal } from './numpy-random.js';

const folder = new URL('../../test/fixtures/', import.meta.url);
const read = (file: string) => decodeNpy(readFileSync(new URL(file, folder)), file) as FloatArray;
const open = async (file: string) => ({ ...openModelFile(new URL(file, folder).pathname), runtime: await runtime });

function expectNear(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 1e-4): void {
  expect(got.length).toBe(wanted.length);
  const largest = Math.max(...Array.from(wanted, Math.abs), 1e-12);
  expect(Math.max(...Array.from(got, (value, i) => Math.abs(value - wanted[i]!))) / largest).toBeLessThanOrEqual(tolerance);
}

describe('exact derivatives of Grad-CAM++', () => {
  const exact = { derivatives: 'exact' };
  const input = read('cam-options/smooth-head.2.input.npy');

  it('are the closed form where the head is piecewise linear', async () => {
    const model = await open('cam-options/pooled.ts13.onnx');
    const images = read('cam-options/pooled.2.input.npy');
    const closed = await explain(model, 'grad-cam++', images);
    // The closed form adds 1e-6 to a denominator.
    expectNear((await explain(model, 'grad-cam++', images, { options: exact })).attribution.data, closed.attribution.data, 1e-3);
  });

  it('at a layer that further layers stand behind, and of several classes at once', async () => {
    const model = await open('cam-options/smooth-head.ts17.onnx');
    const row = { shape: [1, ...input.shape.slice(1)], data: input.data.slice(0, input.data.length / 2) };
    const several = await explainClasses(model, 'grad-cam++', row, [2, 0], { options: exact });
    const half = several.attribution.data.length / 2;
    for (const [i, target] of [2, 0].entries()) {
      const alone = await explain(model, 'grad-cam++', row, { options: exact, targets: [target] });
      expectNear(several.attribution.data.slice(i * half, (i + 1) * half), alone.attribution.data);
    }
  });

  it('of a gate, where the pooled features meet the layer again, go through the layer itself', async () => {
    // y = sum of w A sigmoid(mean A): every element acts through two ways, so nothing narrower than the layer separates it.
    const net = network(['N', 1, 1, 2], ({ b, x, weight }) => {
      const layer = b.op('Identity', [b.mul(x, 1)], {}, { outputs: ['layer'] });
      const gated = b.mul(layer, b.sigmoid(b.op('GlobalAveragePool', [layer])));
      return b.matMul(b.op('Flatten', [gated], { axis: 1 }), weight([2, -1], [2, 1]));
    });
    const [p, q] = [0.7, -0.4];
    const s = 1 / (1 + Math.exp(-(p + q) / 2));
    const [s1, s2] = [s * (1 - s), s * (1 - s) * (1 - 2 * s)];
    const s3 = s1 * (1 - 6 * s1);
    const f = 2 * p - q;
    const powersOf = (w: number) => {
      const [g, h, t] = [w * s + (f * s1) / 2, w * s1 + (f * s2) / 4, (3 * w * s2) / 4 + (f * s3) / 8];
      return [g, g * g + h, g ** 3 + 3 * g * h + t] as const;
    };
    const weight = sum([2, -1].map(powersOf).map(([g, y2, y3]) => (Math.max(g, 0) * y2) / (2 * y2 + (p + q) * y3)));
    const { data } = (await explained(net, 'grad-cam++', array([p, q], [1, 1, 1, 2]), { options: exact, layers: ['layer'] }))
      .attribution;
    expectNear(data, [weight * p, weight * q], 1e-4);
  });

  it('of a model with a fixed batch of one, unless its head is written for that', async () => {
    const fixed = (batch: number | string) =>
      network([batch, 2, 2, 2], ({ b, x, weight }) => {
        const pooled = b.op('GlobalAveragePool', [b.op('Relu', [x], {}, { outputs: ['layer'] })]);
        const features = b.reshape(pooled, [batch === 1 ? 1 : -1, 2]);
        return b.matMul(b.tanh(b.matMul(features, weight([1, -2, 0.5, 1], [2, 2]))), weight([1, 2, -1, 1], [2, 2]));
      });
    const image = array([1, 2, 0.5, -1, 0.3, 0.1, 2, 1], [1, 2, 2, 2]);
    const at = async (batch: number | string) =>
      (await explained(fixed(batch), 'grad-cam++', image, { options: exact, targets: [0] })).attribution.data;
    expectNear(await at(1), await at('N'));
    const written = network([1, 2, 2, 2], ({ b, x, weight }) => {
      const pooled = b.op('GlobalAveragePool', [b.op('Softplus', [x], {}, { outputs: ['layer'] })]);
      const hidden = b.reshape(b.tanh(b.op('Flatten', [pooled], { axis: 1 })), [1, 1, 2]);
      return b.squeeze(b.matMul(b.tanh(hidden), weight([1, 2, -1, 1], [2, 2])), [1]);
    });
    await expect(explained(written, 'grad-cam++', image, { options: exact })).rejects.toThrow(/this model takes 1 row at a time/);
  });

  it('are refused where there are too many features', async () => {
    const net = network(['N', 1, 80, 80], ({ b, x, weight }) => {
      const layer = b.op('Softplus', [x], {}, { outputs: ['layer'] });
      const local = b.tanh(b.op('Conv', [layer, weight([1, 2, 3, 4], [1, 1, 2, 2])]));
      return b.op('Flatten', [b.op('GlobalAveragePool', [local])], { axis: 1 });
    });
    const image = { shape: [1, 1, 80, 80], data: new Float32Array(6400).fill(0.5) };
    await expect(explained(net, 'grad-cam++', image, { options: exact, layers: ['layer'] })).rejects.toThrow(
      /behind "layer" there are 6400 \(at most 4096\): choose the last layer before a pooling, or derivatives=closed-form/,
    );
  });
});

describe('smoothing', () => {
  const input = read('methods/plain-gap-score-cam.input.npy');
  const layers = ['/act2/Relu_output_0'];

  it.each(['grad-cam', 'fem', 'recipro-cam', 'smooth-grad-cam++'])(
    'aug-smooth of %s on an image that is its own mirror image is symmetric',
    async (method) => {
      const model = await open('methods/plain-gap-opset11.onnx');
      const width = input.shape[3]!;
      const data = input.data.map((value, i) => (value + input.data[i - 2 * (i % width) + width - 1]!) / 2);
      const options = { 'aug-smooth': true, ...(method === 'smooth-grad-cam++' && { samples: 2, sigma: 0 }) };
      const { attribution } = await explain(model, method, { shape: input.shape, data }, { layers, options });
      const columns = attribution.shape[2]!;
      const mirrored = attribution.data.map((_, i) => attribution.data[i - 2 * (i % columns) + columns - 1]!);
      expectNear(attribution.data, mirrored);
    },
  );

  it('aug-smooth explains the class of the unchanged input, and several classes at once', async () => {
    const model = await open('methods/plain-gap-opset11.onnx');
    const options = { options: { 'aug-smooth': true }, layers };
    const several = await explainClasses(model, 'grad-cam', input, [1, 0], options);
    const half = several.attribution.data.length / 2;
    for (const [i, target] of [1, 0].entries()) {
      const alone = await explain(model, 'grad-cam', input, { ...options, targets: [target] });
      expectNear(several.attribution.data.slice(i * half, (i + 1) * half), alone.attribution.data);
    }
    const top = await explain(model, 'grad-cam', input, options);
    const named = await explain(model, 'grad-cam', input, { ...options, targets: [top.rows[0]!.target] });
    expect(top.attribution.data).toEqual(named.attribution.data);
  });

  it('aug-smooth yields a map of the size of the image, the same by runs and in closed form, of two layers too', async () => {
    const model = await open('methods/plain-gap-opset11.onnx');
    const { closedForm, ...byRuns } = ablationCam as IterativeMethod;
    const options = { options: { 'aug-smooth': true }, layers: [...layers, '/act3/Relu_output_0'] };
    const short = await explain(model, ablationCam, input, { ...options, layers: options.layers.slice(1) });
    const long = await explain(model, byRuns, input, { ...options, layers: options.layers.slice(1) });
    expectNear(short.attribution.data, long.attribution.data, 1e-3);
    const { shape, data } = (await explain(model, byRuns, input, options)).attribution;
    expect(shape).toEqual([1, ...input.shape.slice(2)]);
    expect(Math.max(...data)).toBeLessThanOrEqual(1);
    expect(Math.max(...data)).toBeGreaterThan(0.5);
  });

  it('aug-smooth shows nothing where all speaks against the class, and what speaks against it where that is asked for', async () => {
    const net = network(['N', 1, 2, 2], ({ b, x, weight }) => {
      const layer = b.op('Relu', [x], {}, { outputs: ['layer'] });
      return b.matMul(b.op('Flatten', [b.op('GlobalAveragePool', [layer])], { axis: 1 }), weight([-1], [1, 1]));
    });
    const image = array([1, 0, 2, 3], [1, 1, 2, 2]);
    const of = async (counterfactual: boolean) => {
      const options = { 'aug-smooth': true, counterfactual };
      return (await explained(net, 'grad-cam', image, { layers: ['layer'], options })).attribution.data;
    };
    expect((await of(false)).every((value) => value === 0)).toBe(true);
    expectNear(await of(true), [1 / 3, 0, 2 / 3, 1], 1e-5);
  });

  it('eigen-smooth of ablation-cam is the same by runs and in closed form', async () => {
    const model = await open('methods/plain-gap-opset11.onnx');
    const { closedForm, ...byRuns } = ablationCam as IterativeMethod;
    expect(closedForm).toBeDefined();
    const options = { options: { 'eigen-smooth': true }, layers: ['/act3/Relu_output_0'] };
    const [short, long] = [await explain(model, ablationCam, input, options), await explain(model, byRuns, input, options)];
    expectNear(short.attribution.data, long.attribution.data, 1e-3);
  });
});

describe('factorisation', () => {
  it("starts from NumPy's numbers", () => {
    const normal = numpyNormal(0);
    expectNear(
      Array.from({ length: 4 }, normal),
      [1.764052345967664, 0.4001572083672233, 0.9787379841057392, 2.240893199201458],
      1e-15,
    );
    // numpy.random.RandomState(4294967295).standard_normal(1000)[-1]
    const other = numpyNormal(2 ** 32 - 1);
    let last = 0;
    for (let i = 0; i < 1000; i++) last = other();
    expect(last).toBeCloseTo(0.8396779525796308, 12);
  });

  it('finds the parts that a matrix was made of', async () => {
    // Each part has a row and a column of its own, so that no other factors multiply to the same matrix.
    const left = [1, 0, 0, 2, 1, 3, 0, 1];
    const right = [0, 2, 1, 1, 3, 0];
    const data = Array.from({ length: 12 }, (_, i) => {
      const [row, column] = [Math.floor(i / 3), i % 3];
      return left[2 * row]! * right[2 * column]! + left[2 * row + 1]! * right[2 * column + 1]!;
    });
    const steps = factorise({ rows: 4, columns: 3, data }, { components: 2, seed: 3, iterations: 5000 });
    let step = await steps.next();
    while (!step.done) step = await steps.next();
    const found = step.value;
    const parts = [0, 1].map((k) => [0, 1, 2].map((j) => found.right[2 * j + k]!));
    const unit = (part: number[]) => part.map((value) => value / Math.max(...part));
    const expected = [unit([0, 1, 3]), unit([2, 1, 0])];
    const order = parts[0]![0]! < parts[1]![0]! ? [0, 1] : [1, 0];
    for (const [i, k] of order.entries()) expectNear(unit(parts[k]!), expected[i]!, 2e-2);
  });

  it('shows the concept that speaks most for the target', async () => {
    // Two channels, each on at places of its own; each class reads one of them.
    const net = network(['N', 2, 1, 5], ({ b, x, weight }) => {
      const layer = b.op('Relu', [x], {}, { outputs: ['layer'] });
      return b.matMul(b.op('Flatten', [b.op('GlobalAveragePool', [layer])], { axis: 1 }), weight([1, 0, 0, 1], [2, 2]));
    });
    const image = array([3, 2, 0, 0, 0, 0, 0, 1, 4, 0], [1, 2, 1, 5]);
    const of = async (target: number) =>
      (await explained(net, 'dff', image, { targets: [target], layers: ['layer'], options: { components: 2 } })).attribution.data;
    const [first, second] = [await of(0), await of(1)];
    expectNear(
      first.map((value) => value / first[0]!),
      [1, 2 / 3, 0, 0, 0],
      1e-2,
    );
    expectNear(
      second.map((value) => value / second[3]!),
      [0, 0, 1 / 4, 1, 0],
      1e-2,
    );
    const options = { components: 2, concept: 1, show: 'all' };
    const shown = await explained(net, 'dff', image, { targets: [0], layers: ['layer'], options });
    const candidates = shown.rows[0]!.candidates!;
    expect(candidates.map(({ name }) => name)).toEqual(['concept 0', 'concept 1']);
    expect([...shown.attribution.data]).toEqual([...candidates[1]!.map.data]);
    const best = candidates[0]!.score > candidates[1]!.score ? 0 : 1;
    expectNear(candidates[best]!.map.data, first);
    expectNear(candidates[1 - best]!.map.data, second);
    // A concept's vector at every place: the target's channel at its largest, or nothing of it.
    expectNear([candidates[best]!.score, candidates[1 - best]!.score], [3, 0], 2e-2);
    const averaged = { layers: ['layer'], options: { ...options, 'aug-smooth': true } };
    expect((await explained(net, 'dff', image, averaged)).rows[0]!.candidates).toHaveLength(2);
    await expect(explained(net, 'dff', image, { options: { components: 2, concept: 2 }, layers: ['layer'] })).rejects.toThrow(
      /there are 2 concepts, 0 to 1, and no concept 2/,
    );
  });
});
