import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { arrayOf, backwardOf, graphOf, runOnce } from '../../test/finite-differences.js';
import { randomOf } from '../../test/samples.js';
import { openModelFile } from '../runtime/node/index.js';
import { elementCount } from '../tensor/tensor.js';
import { Builder } from './builder.js';
import { plain } from './plain.js';
import { namesOf } from './rewrite.js';

const read = (name: string) =>
  openModelFile(fileURLToPath(new URL(`../../test/fixtures/onnx/${name}.onnx`, import.meta.url))).graph;

/** Outputs and the input's gradient of the plain form, and the outputs of the model itself. */
async function explained(name: string) {
  const model = read(name);
  const shape = (model.inputs[0]!.shape ?? []).map((size) => (typeof size === 'number' ? size : 2));
  const random = randomOf('plain');
  const input = arrayOf(
    'float32',
    Array.from({ length: elementCount(shape) }, () => 3 * (random() - 0.5)),
    shape,
  );
  const { graph, notes, approximate } = plain(model);
  const feeds = { [model.inputs[0]!.name]: input };
  const scene = { b: new Builder(graph.details.opset, namesOf(graph)), inputs: graph.inputs, outputs: graph.outputs };
  const backward = backwardOf(scene, graph.inputs);
  const [own] = await runOnce(model, feeds);
  const [forward] = await runOnce(graph, feeds);
  const dy = arrayOf(
    'float32',
    forward!.values.map((_, i) => Math.cos(i)),
    forward!.shape,
  );
  const [dx] = await runOnce(graphOf(backward, backward.outputs), { ...feeds, dy0: dy });
  return { graph, notes, approximate, own: own!.values, forward: forward!.values, dx: dx!.values };
}

function cosine(a: readonly number[], c: readonly number[]): number {
  const dot = (p: readonly number[], q: readonly number[]) => p.reduce((sum, x, i) => sum + x * q[i]!, 0);
  return dot(a, c) / Math.sqrt(dot(a, a) * dot(c, c));
}

/** In quantised networks a rounding next to a half may go the other way, and lead to one step more. */
describe.each<[name: string, network: string, slack: number, alike: number]>([
  ['convolutions.qoperator', 'convolutions', 1e-6, 0.95],
  ['convolutions.qdq', 'convolutions', 2e-2, 0.95],
  ['transformer.dynamic', 'transformer', 1e-4, 0.99],
  ['convolutions.fused', 'convolutions', 1e-5, 0.99999],
  ['transformer.fused', 'transformer', 1e-5, 0.99999],
])('%s', async (name, network, slack, alike) => {
  const isQuantized = !name.endsWith('fused');

  it('is brought into plain operators that compute the same', async () => {
    const { graph, own, forward, approximate, notes } = await explained(name);
    expect(graph.nodes.filter(({ domain }) => domain !== '')).toEqual([]);
    expect(approximate).toBe(isQuantized);
    expect(notes.length).toBe(isQuantized ? 1 : 0);
    const range = Math.max(...own) - Math.min(...own);
    for (const [i, value] of own.entries()) expect(Math.abs(forward[i]! - value)).toBeLessThanOrEqual(slack * range);
  });

  it('has the gradient of the network that it was made of', async () => {
    const { dx } = await explained(name);
    const { dx: wanted } = await explained(network);
    expect(cosine(dx, wanted)).toBeGreaterThan(alike);
  });
});
