/** Real models: everything in them has a known rank once simplified, and they compute what they computed before. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InferenceSession } from 'onnxruntime-node';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { elementCount } from '../tensor/tensor.js';
import { decodeModel, encodeModel } from './codec/index.js';
import type { Graph, Value } from './graph.js';
import { simplify } from './simplify.js';
import { toHalf } from './tensor.js';
import { upgrade } from './upgrade/index.js';

/** Models beside the project, where there are some. */
const beside = fileURLToPath(new URL('../../../shared/', import.meta.url));
const folders = ['conformance/models', 'assets/models', 'assets/default'].map((name) => join(beside, name)).filter(existsSync);

function modelsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return modelsIn(path);
    return entry.name.endsWith('.onnx') && !entry.name.startsWith('broken') ? [path] : [];
  });
}

const models = folders.flatMap(modelsIn);

it.skipIf(models.length === 0)('there are models beside the project', () => {
  expect(models.length).toBeGreaterThan(0);
});

describe.skipIf(models.length === 0).each(models)('%s', (path) => {
  const file = readFileSync(path);

  it('has known ranks throughout', () => {
    const graph = simplify(upgrade(decodeModel(file)));
    const unknown = graph.nodes.filter((node) => node.output().rank === undefined).map((node) => node.label);
    expect(unknown).toEqual([]);
  });

  it('computes the same', async () => {
    const graph = upgrade(decodeModel(file));
    const feeds = Object.fromEntries(graph.inputs.map((input) => [input.name, sample(input, sizesOf(input))]));
    const sizes = Object.fromEntries(graph.inputs.map((input) => [input.name, sizesOf(input)]));
    const before = await run(file, feeds);
    for (const simple of [simplify(graph), simplify(graph, { sizes })])
      expectSame(await run(encodeModel(simple), feeds), before, simple);
  });
});

const sizesOf = ({ shape }: Value): number[] => shape!.map((dim) => (typeof dim === 'number' ? dim : /seq/.test(dim) ? 5 : 2));

function sample({ dtype }: Value, shape: readonly number[]): ort.Tensor {
  const count = elementCount(shape);
  if (dtype === 'int64')
    return new ort.Tensor(
      BigInt64Array.from({ length: count }, (_, i) => BigInt((i * 5) % 7)),
      shape,
    );
  const values = Array.from({ length: count }, (_, i) => ((i * 7919) % 101) / 101 - 0.3);
  return dtype === 'float16'
    ? new ort.Tensor('float16', Uint16Array.from(values, toHalf), shape)
    : new ort.Tensor(Float32Array.from(values), shape);
}

async function run(model: Uint8Array, feeds: InferenceSession.OnnxValueMapType): Promise<InferenceSession.OnnxValueMapType> {
  const session = await ort.InferenceSession.create(model, {
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
  });
  const results = await session.run(feeds);
  await session.release();
  return results;
}

function expectSame(
  after: InferenceSession.OnnxValueMapType,
  before: InferenceSession.OnnxValueMapType,
  { outputs }: Graph,
): void {
  for (const { name, shape } of outputs) {
    const [actual, expected] = [after[name], before[name]] as ort.Tensor[];
    expect(actual!.dims).toEqual(expected!.dims);
    for (const [axis, dim] of shape!.entries()) if (typeof dim === 'number') expect(dim).toBe(expected!.dims[axis]);
    const [a, b] = [actual, expected].map((tensor) => Array.from(tensor!.data as Float32Array, Number));
    const scale = b!.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
    const worst = a!.reduce((most, value, i) => Math.max(most, Math.abs(value - b![i]!)), 0);
    // Half precision rounds elsewhere once a Dropout is gone.
    expect(worst).toBeLessThanOrEqual((expected!.type === 'float16' ? 1e-3 : 1e-5) * scale);
  }
}
