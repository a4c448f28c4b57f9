/** Tiny transformers on disk, and maps by PyTorch: oracles/transformers made most of them. */
import { readFileSync } from 'node:fs';
import { Builder } from '../src/onnx/builder.js';
import { Graph, type Value } from '../src/onnx/graph.js';
import { namesOf } from '../src/onnx/rewrite.js';
import { openModelFile } from '../src/runtime/node/index.js';
import { decodeNpy } from '../src/tensor/npy.js';
import type { FloatArray, NdArray } from '../src/tensor/tensor.js';
import { runtime } from './networks.js';

const folder = new URL('./fixtures/transformers/', import.meta.url);
export const path = (name: string) => new URL(name, folder).pathname;
export const read = (name: string) => decodeNpy(readFileSync(path(`${name}.npy`)), name) as FloatArray;
export const open = async (name: string) => ({ ...openModelFile(path(`${name}.onnx`)), runtime: await runtime });

/** Uneven numbers, the same each time. */
export function noise(shape: readonly number[], seed = 1): FloatArray {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  return { shape, data: data.map((_, i) => 2 * Math.sin((i + 1) * 12.9898 * seed) ** 3) };
}

/** What a graph computes beside its own outputs. */
export async function computed(graph: Graph, inputs: Readonly<Record<string, NdArray>>, build: (b: Builder) => readonly Value[]) {
  const b = new Builder(graph.details.opset, namesOf(graph));
  const outputs = build(b).map((value, i) => b.named(`computed${i}`, value));
  const session = await (await runtime).load(new Graph({ ...graph, outputs }));
  const results = await session.run(inputs);
  await session.dispose();
  return outputs.map(({ name }) => results[name] as FloatArray);
}

/** Largest difference over the largest magnitude wanted. */
export function differenceOf(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const largest = Math.max(...Array.from(wanted, Math.abs), 1e-12);
  return Math.max(...Array.from(got, (value, i) => Math.abs(value - wanted[i]!))) / largest;
}
