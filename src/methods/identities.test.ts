/** What must hold between methods, whatever the weights are. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { array, explained, goldenInput, goldenNet, goldenNetOf, network, runtime, sum } from '../../test/networks.js';
import { gradient } from '../autodiff/gradient/index.js';
import { propagate } from '../autodiff/propagate.js';
import { explainClasses } from '../explain/classes.js';
import { explain, loadExplainer, runExplainers } from '../explain/explain.js';
import { Builder } from '../onnx/builder.js';
import { Graph } from '../onnx/graph.js';
import { namesOf } from '../onnx/rewrite.js';
import { simplify } from '../onnx/simplify.js';
import { openModelFile } from '../runtime/node/index.js';
import { decodeNpy } from '../tensor/npy.js';
import type { FloatArray } from '../tensor/tensor.js';
import { methods } from './registry.js';

const folder = new URL('../../test/fixtures/methods/', import.meta.url);
const read = (file: string) => decodeNpy(readFileSync(new URL(file, folder)), file) as FloatArray;
const open = async (file: string) => ({ ...openModelFile(new URL(file, folder).pathname), runtime: await runtime });

const scaled = (values: Float32Array) => {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return values.map((value) => value / largest);
};
function expectNear(got: Float32Array, wanted: ArrayLike<number>, tolerance = 1e-4): void {
  expect(got.length).toBe(wanted.length);
  const largest = Math.max(...Array.from(wanted, Math.abs), 1e-12);
  expect(Math.max(...got.map((value, i) => Math.abs(value - wanted[i]!))) / largest).toBeLessThanOrEqual(tolerance);
}

describe('identities', () => {
  // Behind an average pool and a linear layer the gradient is the weight over the number of places.
  it('CAM, Grad-CAM, HiResCAM and XGrad-CAM are the same up to scale on a pooled linear head', async () => {
    const model = await open('resnet-bn-opset13.onnx');
    const input = read('resnet-fem.input.npy');
    const options = { layers: ['/layer2/relu/Relu_output_0'], targets: [1] };
    const cam = (await explain(model, 'cam', input, options)).attribution;
    for (const method of ['grad-cam', 'hires-cam', 'xgrad-cam', 'shapley-cam']) {
      const map = (await explain(model, method, input, options)).attribution;
      expect(map.shape).toEqual(cam.shape);
      expectNear(scaled(map.data), scaled(cam.data));
    }
  });

  it('HiResCAM adds up to the logit less the bias on a pooled linear head', async () => {
    const net = network(['N', 2, 2, 2], ({ b, x, weight }) => {
      const pooled = b.op('Flatten', [b.op('GlobalAveragePool', [b.op('Relu', [x], {}, { outputs: ['layer'] })])], { axis: 1 });
      return b.op('Gemm', [pooled, weight([1, -2, 3, 0.5], [2, 2]), weight([0.25, -1], [2])], { transB: 1 });
    });
    const input = array([1, 2, 3, -4, 0.5, 1, 1, 2], [1, 2, 2, 2]);
    const { attribution, rows } = await explained(net, 'hires-cam', input, { targets: [0], layers: ['layer'] });
    expect(sum(attribution.data)).toBeCloseTo(rows[0]!.scores[0]! - 0.25, 5);
  });

  it('closed forms of linear heads equal the runs they stand for', async () => {
    const model = await open('plain-gap-opset11.onnx');
    const input = read('plain-gap-score-cam.input.npy');
    const options = { layers: ['/act3/Relu_output_0'], targets: [1] };
    for (const name of ['ablation-cam', 'recipro-cam']) {
      const method = methods.find((each) => each.name === name)!;
      if (!('prepare' in method)) throw new Error(`${name} is no iterative method`);
      const { closedForm, ...byRuns } = method;
      expect(closedForm).toBeDefined();
      const [short, long] = [await explain(model, name, input, options), await explain(model, byRuns, input, options)];
      expectNear(short.attribution.data, long.attribution.data);
    }
  });

  it.each(['eigen-cam', 'kpca-cam', 'fem', 'random-cam'])('%s does not depend on the class', async (method) => {
    const model = await open('plain-gap-opset11.onnx');
    const input = read('plain-gap-score-cam.input.npy');
    const [one, other] = await Promise.all([0, 2].map((target) => explain(model, method, input, { targets: [target] })));
    expect(one!.attribution.data).toEqual(other!.attribution.data);
  });

  it('integrated gradients of a linear model are input x gradient', async () => {
    const net = network(['N', 1, 2, 2], ({ b, x, weight }) =>
      b.op('Gemm', [b.op('Flatten', [x], { axis: 1 }), weight([1, -2, 3, 4], [1, 4]), weight([7], [1])], { transB: 1 }),
    );
    const input = array([1, 2, -3, 0.5], [1, 1, 2, 2]);
    const product = (await explained(net, 'input-x-gradient', input)).attribution.data;
    for (const method of ['integrated-gradients', 'deeplift', 'guided-integrated-gradients', 'expected-gradients']) {
      expectNear((await explained(net, method, input)).attribution.data, product, 1e-5);
    }
  });

  it.each(methods.filter(({ space }) => space !== 'tokens').map(({ name }) => name))(
    '%s: rows of a batch do not meet',
    async (name) => {
      const model = await open('plain-gap-opset11.onnx');
      const batch = read('plain-gap-grad-cam-batch3.input.npy');
      const method = methods.find((each) => each.name === name)!;
      const few = Object.entries({
        masks: 30,
        samples: 20,
        permutations: 2,
        iterations: 5,
        steps: 5,
        segments: 6,
        window: 4,
        stride: 4,
      });
      const options = Object.fromEntries(few.filter(([key]) => method.options[key]));
      const together = (await explain(model, name, batch, { options })).attribution;
      const size = batch.data.length / batch.shape[0]!;
      for (let row = 0; row < batch.shape[0]!; row++) {
        const single = { shape: [1, ...batch.shape.slice(1)], data: batch.data.slice(row * size, (row + 1) * size) };
        const alone = (await explain(model, name, single, { options })).attribution.data;
        const length = together.data.length / batch.shape[0]!;
        expectNear(together.data.slice(row * length, (row + 1) * length), alone, 2e-4);
      }
    },
  );

  it('several methods at once give what each gives alone, from one graph', async () => {
    const model = await open('plain-gap-opset11.onnx');
    const input = read('plain-gap-score-cam.input.npy');
    const names = ['grad-cam', 'gradient', 'recipro-cam', 'occlusion', 'hires-cam'];
    const options = { options: { window: 6, stride: 3 } };
    const loaded = await loadExplainer(model, names, input.shape, options);
    const all = await runExplainers(loaded, input, options);
    await loaded.dispose();
    expect(all.map(({ method }) => method.name)).toEqual(names);
    for (const explanation of all) {
      const own = explanation.method.name === 'occlusion' ? options : {};
      const alone = await explain(model, explanation.method.name, input, own);
      expectNear(explanation.attribution.data, alone.attribution.data, 1e-5);
    }
    // A single forward pass: the first convolution is in the graph once.
    expect(loaded.explainer.graph.nodes.filter(({ name }) => name === '/conv1/Conv').length).toBeLessThanOrEqual(1);
    await expect(loadExplainer(model, names, input.shape, { options: { k: 1 } })).rejects.toThrow(/none of .* has an option "k"/);
  });

  it.each(['grad-cam', 'finer-cam', 'eigen-grad-cam', 'gradient', 'occlusion'])('%s of several classes at once', async (name) => {
    const model = await open('plain-gap-opset11.onnx');
    const input = read('plain-gap-score-cam.input.npy');
    const settings = name === 'occlusion' ? { options: { window: 6, stride: 3 } } : { layers: ['/act2/Relu_output_0'] };
    const several = await explainClasses(model, name, input, [2, 0, 1], settings);
    expect(several.rows.map(({ target }) => target)).toEqual([2, 0, 1]);
    const size = several.attribution.data.length / 3;
    for (const [i, target] of [2, 0, 1].entries()) {
      const alone = await explain(model, name, input, { ...settings, targets: [target] });
      expectNear(several.attribution.data.slice(i * size, (i + 1) * size), alone.attribution.data);
      expect(several.rows[i]!.scores).toEqual(alone.rows[0]!.scores);
    }
  });

  // Srinivas and Fleuret's completeness: for piecewise linear networks f(x) = x . df/dx + sum over biases of b . df/db.
  it('input and biases of a ReLU network add up to the score by their gradients', async () => {
    const graph = simplify(goldenNet);
    const b = new Builder(17, namesOf(graph));
    const score = b.reduceSum(b.slice(graph.outputs[0]!, { starts: [0], ends: [1], axes: [1] }));
    const biases = graph.nodes.flatMap(({ op, inputs }) => (op === 'Conv' || op === 'Gemm' ? [inputs[2]!] : []));
    const sources = [graph.inputs[0]!, ...biases];
    const seeds = new Map([[score, b.expandLike(b.scalar(1), score)]]);
    const terms = propagate(b, { seeds, sources, table: gradient }).map((g, i) => b.reduceSum(b.mul(g, sources[i]!)));
    const total = b.named('total', terms.map((term) => b.reshape(term, [1])).reduce(b.add));
    const [session, scores] = [
      await (await runtime).load(new Graph({ ...graph, outputs: [total] })),
      await explained(goldenNet, 'gradient', goldenInput),
    ];
    const results = await session.run({ x: goldenInput });
    await session.dispose();
    expect(biases).toHaveLength(3);
    expect(results.total!.data[0]).toBeCloseTo(scores.rows[0]!.scores[0]!, 4);
    const map = (await explained(goldenNet, 'full-grad', goldenInput, { targets: [0] })).attribution;
    // Each of its terms (input, two channels of the convolution's bias) is scaled to 0..1.
    expect(map.shape).toEqual([1, 4, 4]);
    expect(Math.max(...map.data)).toBeLessThanOrEqual(3);
    expect(Math.min(...map.data)).toBeGreaterThanOrEqual(0);
  });

  it.each(['integrated-gradients', 'occlusion', 'score-cam', 'ablation-cam', 'kernel-shap', 'smoothgrad', 'rise', 'deeplift'])(
    '%s on a model with a fixed batch of one equals that with an open batch',
    async (method) => {
      const fixed = goldenNetOf(1);
      const few = Object.entries({ masks: 20, samples: 20, steps: 5, segments: 4, window: 2, stride: 1 });
      const known = methods.find(({ name }) => name === method)!.options;
      const options = { targets: [0, 1], options: Object.fromEntries(few.filter(([key]) => known[key])) };
      const rows = array([...goldenInput.data, ...[...goldenInput.data].reverse()], [2, 1, 4, 4]);
      const [one, open] = [await explained(fixed, method, rows, options), await explained(goldenNet, method, rows, options)];
      expectNear(one.attribution.data, open.attribution.data);
    },
  );

  it('the same seed gives the same map, another seed another', async () => {
    for (const [method, option] of [
      ['smoothgrad', { samples: 4 }],
      ['rise', { masks: 10 }],
      ['random-cam', {}],
      ['gradient-shap', { samples: 4 }],
    ] as const) {
      const model = await open('plain-gap-opset11.onnx');
      const input = read('plain-gap-score-cam.input.npy');
      const map = async (seed: number) =>
        (await explain(model, method, input, { options: { ...option, seed } })).attribution.data;
      const [first, again, other] = [await map(1), await map(1), await map(2)];
      expect(first).toEqual(again);
      expect(first).not.toEqual(other);
    }
  });
});
