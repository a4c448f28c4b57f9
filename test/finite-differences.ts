/** Emits the gradient of a graph, and compares it with central differences of the graph itself. */
import { expect } from 'vitest';
import { gradient } from '../src/autodiff/gradient/index.js';
import { propagate } from '../src/autodiff/propagate.js';
import type { Builder } from '../src/onnx/builder.js';
import { Graph, type Value } from '../src/onnx/graph.js';
import type { DType } from '../src/onnx/tensor.js';
import { nodeRuntime } from '../src/runtime/node/index.js';
import type { Session } from '../src/runtime/runtime.js';
import { elementCount, type NdArray } from '../src/tensor/tensor.js';
import type { Random } from './samples.js';

/** A graph under construction: y = f(inputs). */
export interface Scene {
  readonly b: Builder;
  readonly inputs: readonly Value[];
  /** The outputs that the gradient starts from. */
  readonly outputs: readonly Value[];
}

const runtime = nodeRuntime({ threads: 1 });

export const graphOf = ({ b, inputs }: Scene, outputs: readonly Value[], more: readonly Value[] = []): Graph =>
  new Graph({
    name: 'test',
    inputs: [...inputs, ...more],
    outputs,
    details: { opset: b.opset, domains: {}, metadata: {}, producer: '', functions: [] },
  });

/** The gradients at the sources, with the upstream values as further inputs "dy0", "dy1", ... */
export function backwardOf(scene: Scene, sources: readonly Value[]): Scene {
  const { b, inputs, outputs } = scene;
  const seeds = new Map(outputs.map((y, i) => [y, b.input(`dy${i}`, y.dtype ?? 'float32', y.shape!)]));
  const shares = propagate(b, { seeds, sources, table: gradient });
  return { b, inputs: [...inputs, ...seeds.values()], outputs: shares.map((share, i) => b.named(`d${sources[i]!.name}`, share)) };
}

export async function load(graph: Graph, optimization: 'disabled' | 'all'): Promise<Session> {
  return (await runtime).load(graph, { optimization });
}

export async function runOnce(graph: Graph, feeds: Record<string, NdArray>, optimization: 'disabled' | 'all' = 'all') {
  const session = await load(graph, optimization);
  const results = await session.run(feeds);
  await session.dispose();
  return graph.outputs.map(({ name }) => ({ shape: results[name]!.shape, values: plain(results[name]!) }));
}

/** An array to feed, from plain numbers; the runtime makes half and double precision of single. */
export function arrayOf(dtype: DType, values: readonly number[], shape: readonly number[]): NdArray {
  if (dtype === 'int64') return { shape, data: BigInt64Array.from(values, BigInt) };
  return { shape, data: dtype === 'bool' ? Uint8Array.from(values) : Float32Array.from(values) };
}

export const plain = ({ data }: NdArray): number[] => Array.from<number | bigint, number>(data, Number);

/** What two runs tell: for some elements of an input, (f(x + h) - f(x - h)) / 2h with f the sum of all outputs times their seeds. */
export interface Differences {
  readonly input: string;
  readonly places: readonly number[];
  readonly slopes: readonly number[];
}

export interface DifferenceOptions {
  readonly step: number;
  readonly seeds: readonly (readonly number[])[];
  readonly random: Random;
}

/** More elements than this are sampled. */
const MOST = 160;

export async function centralDifferences(
  scene: Scene,
  source: Value,
  feeds: Record<string, NdArray>,
  { step, seeds, random }: DifferenceOptions,
): Promise<Differences> {
  const session = await load(graphOf(scene, scene.outputs), 'disabled');
  const { shape, data } = feeds[source.name]! as NdArray<Float32Array>;
  const all = Array.from({ length: elementCount(shape) }, (_, i) => i);
  const places = all.filter(() => all.length <= MOST || random() < MOST / all.length);
  const outputsAt = async (place: number, by: number) => {
    const moved = data.slice();
    moved[place]! += by;
    const results = await session.run({ ...feeds, [source.name]: { shape, data: moved } });
    return { at: moved[place]!, outputs: scene.outputs.map(({ name }) => plain(results[name]!)) };
  };
  const slopes: number[] = [];
  for (const place of places) {
    const [above, below] = [await outputsAt(place, step), await outputsAt(place, -step)];
    // Differences first: what the step does not change must not add noise.
    const rise = above.outputs.flatMap((output, o) => output.map((v, i) => (v - below.outputs[o]![i]!) * seeds[o]![i]!));
    slopes.push(rise.reduce((sum, part) => sum + part, 0) / (above.at - below.at));
  }
  await session.dispose();
  return { input: source.name, places, slopes };
}

/** Largest deviation within `rtol` of the largest slope. */
export function expectSlopes({ input, places, slopes }: Differences, dx: readonly number[], rtol: number): void {
  const scale = Math.max(...slopes.map(Math.abs), 1e-3);
  const worst = places
    .map((place, i) => ({ place, slope: slopes[i]!, gradient: dx[place]! }))
    .sort((a, b) => Math.abs(b.slope - b.gradient) - Math.abs(a.slope - a.gradient))[0];
  const wrong = places.filter((place, i) => !(Math.abs(slopes[i]! - dx[place]!) <= rtol * scale));
  expect(
    wrong.length,
    `gradient in "${input}" differs at ${wrong.length} of ${places.length} elements (largest slope ${scale}), ` +
      `most at ${worst?.place}: ${worst?.gradient}, not ${worst?.slope}`,
  ).toBe(0);
}

/** A graph in lines, for messages. */
export function textOf(graph: Graph): string {
  const lines = graph.nodes.map((node) => {
    const inputs = node.inputs.map((value) => (value?.info.elements ? `<${value.info.elements}>` : (value?.name ?? '')));
    return `  ${node.output().name} = ${node.op}(${inputs.join(', ')}) ${JSON.stringify(node.attributes)} [${node.output().shape}]`;
  });
  return lines.join('\n');
}
