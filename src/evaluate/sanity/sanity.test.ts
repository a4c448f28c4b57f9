/** Sanity checks: what is randomised, that thin graphs carry it, and the literature's order of methods on the bundled model. */
import { describe, expect, it } from 'vitest';
import { openModel } from '../../catalog/node/open.js';
import { preprocess } from '../../image/index.js';
import { decodeImage } from '../../image/node/index.js';
import { encodeModel } from '../../onnx/codec/index.js';
import { type Attributes, Graph, Node, Operation, Value } from '../../onnx/graph.js';
import { floats, toNumbers } from '../../onnx/tensor.js';
import { attributeOnGraph } from '../model/on-graph.js';
import { loadScorer, pixelsOf } from '../model/scorer.js';
import { efficientMprt, histogramEntropy } from './efficient-mprt.js';
import { parameterRandomisation, spreadDepths } from './parameter-randomisation.js';
import { percentile, preparedMaps } from './preparation.js';
import { randomLogit } from './random-logit.js';
import { cascading, independent, type WeightScheme } from './randomise.js';
import { weightLayers } from './weight-layers.js';

const models = new URL('../../../models/', import.meta.url).pathname;

async function bundled() {
  const model = await openModel(`${models}efficientnet_lite0.onnx`);
  const photo = await decodeImage(`${models}photos/chelsea.png`);
  const { tensor } = preprocess(photo, model.recipe, { channels: 3, height: 224, width: 224, layout: 'NCHW' });
  return { model, image: pixelsOf(tensor, 'NCHW'), shape: tensor.shape };
}

const weightsOf = (graph: Graph, name: string): number[] => toNumbers((graph.find(name) as Value).tensor!);
/** Enough of a layer to tell draws apart. */
const startOf = (graph: Graph, name: string) => {
  const { dtype, bytes } = (graph.find(name) as Value).tensor!;
  return toNumbers({ dtype, shape: [50], bytes });
};
const sorted = (values: readonly number[]) => Float64Array.from(values).sort();
const rms = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

describe('randomised graphs', async () => {
  const { model } = await bundled();
  const layers = weightLayers(model.graph);
  const name = (place: number) => [...layers[place]!.constants.keys()][0]!.name;

  it('replace layers from the output down, all or one', () => {
    expect([layers.length, layers[0]!.name, layers[1]!.name, layers.at(-1)!.name]).toEqual([50, 'classifier', 'head', 'stem']);
    const top = cascading(model.graph, layers, 2, { seed: 7 });
    const one = independent(model.graph, layers, layers[1]!, { seed: 7 });
    expect(startOf(top, name(0))).not.toEqual(startOf(model.graph, name(0)));
    expect(startOf(top, name(1))).not.toEqual(startOf(model.graph, name(1)));
    expect(startOf(top, name(2))).toEqual(startOf(model.graph, name(2)));
    expect(startOf(one, name(0))).toEqual(startOf(model.graph, name(0)));
    // The draw belongs to the layer, not to the depth that is reached.
    expect(startOf(one, name(1))).toEqual(startOf(top, name(1)));
    expect(startOf(cascading(model.graph, layers, 2, { seed: 8 }), name(1))).not.toEqual(startOf(top, name(1)));
  });

  it.each<[WeightScheme, (before: number[], after: number[]) => void]>([
    ['normal', (before, after) => expect(rms(after) / rms(before)).toBeCloseTo(1, 1)],
    [
      'kaiming-uniform',
      (_, after) =>
        expect(after.reduce((most, value) => Math.max(most, Math.abs(value)), 0)).toBeLessThan(1.001 / Math.sqrt(320)),
    ],
    [
      'permutation',
      (before, after) => expect(Buffer.compare(Buffer.from(sorted(after).buffer), Buffer.from(sorted(before).buffer))).toBe(0),
    ],
  ])('draw by the scheme %s', (scheme, check) => {
    const drawn = weightsOf(cascading(model.graph, layers, 2, { scheme }), name(1));
    const original = weightsOf(model.graph, name(1));
    expect(drawn.slice(0, 50)).not.toEqual(original.slice(0, 50));
    check(original, drawn);
  });

  it('carry the new weights and refer to the others', () => {
    const thin = (graph: Graph) => encodeModel(graph, { referTo: model.weights!.file }).length;
    // The bundled model's weights are half floats.
    const classifier = 2 * 1280 * 1000;
    const added = thin(cascading(model.graph, layers, 1)) - thin(model.graph);
    expect(added).toBeGreaterThan(classifier - 10_000);
    expect(added).toBeLessThan(classifier + 10_000);
  });

  it('leave nodes of old operator versions as they are', () => {
    const weights = new Value('w', { dtype: 'float32', shape: [2, 2] }, { tensor: floats([1, 2, 3, 4], [2, 2]) });
    const x = new Value('x', { dtype: 'float32', shape: [1, 2] });
    const made = (op: string, inputs: Value[], attributes: Attributes, name: string) =>
      new Node(new Operation(op, inputs, attributes), { name: op, outputs: [{ name, info: { dtype: 'float32' } }] }).output();
    // Since opset 13 the axes of Unsqueeze are an input.
    const old = made('Unsqueeze', [made('MatMul', [x, weights], {}, 'y')], { axes: [0] }, 'z');
    const details = { opset: 11, domains: {}, metadata: {}, producer: '', functions: [] };
    const graph = new Graph({ name: 'old', inputs: [x], outputs: [old], details });
    const lost = cascading(graph, weightLayers(graph), 1);
    expect(lost.nodes.map((node) => [node.op, node.attributes])).toEqual(graph.nodes.map((node) => [node.op, node.attributes]));
    expect(weightsOf(lost, 'w')).not.toEqual([1, 2, 3, 4]);
  });

  it('reach depths that are spread evenly in their logarithm', () => {
    expect(spreadDepths(50, 6)).toEqual([1, 2, 5, 10, 23, 50]);
    expect(spreadDepths(3, 6)).toEqual([1, 2, 3]);
  });
});

describe('the finding of Adebayo et al. on the bundled model', () => {
  it('guided backpropagation keeps its map when the upper layers are lost; gradient and Grad-CAM do not', async () => {
    const { model, image, shape } = await bundled();
    const scorer = await loadScorer(model, shape);
    const [logits] = await scorer.logits([image]);
    await scorer.dispose();
    const top = logits!.indexOf(Math.max(...logits!));
    expect(model.labels![top]).toMatch(/cat/);
    const run = async (method: string, options = {}) => {
      const attribute = attributeOnGraph(model, method, image, top, { options });
      const steps = await parameterRandomisation(model.graph, attribute, { depths: [10], seed: 1 });
      return steps[0]!.similarities;
    };
    const guided = await run('guided-backprop', { relu6: true });
    const gradient = await run('gradient');
    const gradCam = await run('grad-cam');
    expect(guided.spearmanAbsolute).toBeGreaterThan(0.9);
    expect(guided.ssim).toBeGreaterThan(0.8);
    expect(gradient.spearmanAbsolute).toBeLessThan(0.6);
    expect(gradient.spearman).toBeLessThan(0.2);
    expect(gradCam.spearmanAbsolute).toBeLessThan(0.6);
    expect(guided.hog!).toBeGreaterThan(Math.max(gradient.hog!, gradCam.hog!) + 0.3);
  }, 120_000);
});

describe('prepared maps', () => {
  it('sum channels with and without sign, and cut the hundredth', () => {
    const { signed, magnitude } = preparedMaps({ shape: [2, 1, 3], data: Float32Array.of(1, -2, 3, -1, -2, 1) });
    expect(Array.from(signed.data, (value) => value.toFixed(2))).toEqual(['0.00', '-1.00', '1.00']);
    expect(Array.from(magnitude.data, (value) => value.toFixed(2))).toEqual(['0.00', '1.00', '1.00']);
    const lastAxis = preparedMaps({ shape: [1, 3, 2], data: Float32Array.of(1, -1, -2, -2, 3, 1) }, 'NHWC');
    expect(lastAxis.signed).toEqual(signed);
    expect(percentile([1, 2, 3, 4], 0.5)).toBe(2.5);
  });
});

describe('other checks', () => {
  it('a map that ignores the class fails the random-logit test', async () => {
    const data = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i));
    const same = async () => preparedMaps({ shape: [20, 20], data });
    for (const { spearman, ssim } of await randomLogit(same, 0, [1, 2])) expect([spearman, ssim]).toEqual([1, 1]);
  });

  it('efficient randomisation compares entropies', () => {
    expect(histogramEntropy([0, 0, 1, 1])).toBeCloseTo(Math.log(2), 12);
    expect(histogramEntropy([3, 3, 3])).toBe(0);
    expect(efficientMprt([0, 0, 1, 1], [0, 1, 2, 3])).toBeCloseTo(1, 12);
  });
});
