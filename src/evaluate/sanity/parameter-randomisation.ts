/** Model-parameter randomisation: does the map change when the model's weights are lost? */
import type { Graph } from '../../onnx/graph.js';
import type { PreparedMaps } from './preparation.js';
import { cascading, independent, type RandomiseOptions } from './randomise.js';
import { type Similarities, similarities } from './similarities.js';
import { type WeightLayer, weightLayers } from './weight-layers.js';

export interface ParameterRandomisationOptions extends RandomiseOptions {
  /** All layers from the output down to each (default), or each layer alone. */
  readonly mode?: 'cascading' | 'independent';
  /** How many layers from the output each step reaches; every layer by default. */
  readonly depths?: readonly number[];
  /** The graph with its layers lost down to a depth, for whoever tests several methods; made anew for each by default. */
  readonly lost?: (depth: number) => Graph;
  /** The map under the graph as it is, where it is known already. */
  readonly original?: PreparedMaps;
  readonly onStep?: (done: number, total: number) => void;
}

export interface RandomisationStep {
  /** The last layer that was randomised. */
  readonly layer: string;
  /** Its place from the output, from 1. */
  readonly depth: number;
  readonly similarities: Similarities;
}

/**
 * Similarity of the map before and after. For each measure -1 to 1, lower is better: a map that stays as it was does not depend on what the model
 * learned. Adebayo et al., "Sanity checks for saliency maps", NeurIPS 2018.
 *
 * Pitfalls: noisy, uninformative maps pass easily (Binder et al., CVPR 2023); where any network's map must follow the object's edges, similarity is no
 * failure of the method (Yona and Greenfeld 2021). It can reject a method, never prove one.
 * @param attribute the map of one image under a graph; keep the class fixed, or choose it anew under each graph as the authors' notebook does
 */
export async function parameterRandomisation(
  graph: Graph,
  attribute: (graph: Graph) => Promise<PreparedMaps>,
  { mode = 'cascading', depths, lost, original, onStep, ...options }: ParameterRandomisationOptions = {},
): Promise<RandomisationStep[]> {
  const layers = weightLayers(graph);
  const reached = (depths ?? layers.map((_, i) => i + 1)).filter((depth) => depth >= 1 && depth <= layers.length);
  const before = original ?? (await attribute(graph));
  const steps: RandomisationStep[] = [];
  for (const depth of reached) {
    const layer = layers[depth - 1]!;
    const without = lost ?? ((at) => lostDownTo(graph, layers, at, mode, options));
    steps.push({ layer: layer.name, depth, similarities: similarities(before, await attribute(without(depth))) });
    onStep?.(steps.length, reached.length);
  }
  return steps;
}

function lostDownTo(
  graph: Graph,
  layers: readonly WeightLayer[],
  depth: number,
  mode: 'cascading' | 'independent',
  options: RandomiseOptions,
): Graph {
  return mode === 'cascading'
    ? cascading(graph, layers, depth, options)
    : independent(graph, layers, layers[depth - 1]!, options);
}

/** Bytes of weights above which graphs are not kept. */
const MOST_KEPT = 2 ** 28;

/** Cascades of one graph, each made once, unless its weights are large. */
export function cascades(graph: Graph, options: RandomiseOptions = {}): (depth: number) => Graph {
  const bytes = graph.constants.reduce((sum, { tensor }) => sum + (tensor?.location?.length ?? 0), 0);
  const made = new Map<number, Graph>();
  return (depth) => {
    const one = made.get(depth) ?? cascading(graph, weightLayers(graph), depth, options);
    if (bytes <= MOST_KEPT) made.set(depth, one);
    return one;
  };
}

/** `count` depths from 1 to all layers, evenly spread on a logarithmic scale: most of the change happens near the output. */
export function spreadDepths(layers: number, count: number): number[] {
  const depths = Array.from({ length: count }, (_, i) => Math.round(layers ** (i / Math.max(1, count - 1))));
  return [...new Set(depths)];
}
