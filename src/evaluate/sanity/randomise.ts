/** Replaces the weights of layers by seeded random ones: a graph goes in, a graph comes out. */

import { Graph, Node, Operation, Value } from '../../onnx/graph.js';
import { isFloat, numbers, type Tensor, toNumbers } from '../../onnx/tensor.js';
import { random } from '../../tensor/random.js';
import type { Treatment, WeightLayer } from './weight-layers.js';

/**
 * How weights are drawn. `normal`: N(0, standard deviation of the tensor), which keeps each layer's scale. `kaiming-uniform`: U(-1, 1) / sqrt(fan in), for
 * weights and biases, as PyTorch's `reset_parameters`. `permutation`: the same numbers in random order. Integer weights are always permuted.
 */
export type WeightScheme = 'normal' | 'kaiming-uniform' | 'permutation';

export interface RandomiseOptions {
  /** Each layer draws with this seed plus its place in the list. */
  readonly seed?: number;
  readonly scheme?: WeightScheme;
}

/**
 * The graph with the weights of some layers replaced. New weights are part of the graph; all others stay where they are, also in the model's file.
 * Quantus gives equal seeds to all layers, so that layers of one shape become equal; here every layer draws its own numbers.
 * @param all layers of the graph, in order, for the seeds: cascades of different depths share their draws
 * @param chosen which of them are replaced
 */
export function randomised(
  graph: Graph,
  all: readonly WeightLayer[],
  chosen: ReadonlySet<WeightLayer>,
  { seed = 0, scheme = 'normal' }: RandomiseOptions = {},
): Graph {
  const replaced = new Map<Value, Value>();
  all.forEach((layer, place) => {
    if (!chosen.has(layer)) return;
    const fanIn = fanInOf([...layer.constants.keys()]);
    let draw = 0;
    for (const [value, treatment] of layer.constants) {
      const tensor = drawn(value.tensor!, treatment, { seed: seed + 1000 * place + draw++, scheme, fanIn });
      replaced.set(value, new Value(value.name, value.info, { tensor }));
    }
  });
  return withConstants(graph, replaced);
}

/** The same nodes over other constants. Nothing is inferred anew, so that a graph of any operator version stays as it was read. */
function withConstants(graph: Graph, replaced: ReadonlyMap<Value, Value>): Graph {
  const renewed = new Map(replaced);
  const renew = (value: Value) => renewed.get(value) ?? value;
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((value) => value && renew(value));
    const captured = node.captured.map(renew);
    const operation = new Operation(node.op, inputs, node.attributes, node.domain);
    const { name, metadata } = node;
    const copy = new Node(operation, { name, metadata, captured, outputs: node.outputs });
    node.outputs.forEach((output, i) => {
      renewed.set(output, copy.outputs[i]!);
    });
  }
  return new Graph({ name: graph.name, inputs: graph.inputs, outputs: graph.outputs.map(renew), details: graph.details });
}

/** The first `depth` layers from the output replaced: cascading randomisation. */
export function cascading(graph: Graph, layers: readonly WeightLayer[], depth: number, options: RandomiseOptions = {}): Graph {
  return randomised(graph, layers, new Set(layers.slice(0, depth)), options);
}

/** One layer replaced: independent randomisation. */
export function independent(
  graph: Graph,
  layers: readonly WeightLayer[],
  layer: WeightLayer,
  options: RandomiseOptions = {},
): Graph {
  return randomised(graph, layers, new Set([layer]), options);
}

/** Inputs to one output of the layer: the elements of its largest constant for each of its first axis. */
function fanInOf(constants: readonly Value[]): number {
  const shapes = constants.map(({ tensor }) => tensor!.shape).filter((shape) => shape.length > 1);
  const shape = shapes[0] ?? [1, 1];
  return shape.slice(1).reduce((product, dim) => product * dim, 1);
}

function drawn(
  tensor: Tensor,
  treatment: Treatment,
  { seed, scheme, fanIn }: { seed: number; scheme: WeightScheme; fanIn: number },
): Tensor {
  const values = toNumbers(tensor);
  const { normal, uniform, permutation } = random(seed);
  if (treatment !== 'draw') return numbers(tensor.dtype, values.fill(treatment.reset), tensor.shape);
  const permuted = () => permutation(values.length).map((i) => values[i]!);
  const draw: Record<WeightScheme, () => number[]> = {
    permutation: permuted,
    normal: () => {
      const spread = rootMeanSquareAroundMean(values);
      return values.map(() => spread * normal());
    },
    'kaiming-uniform': () => values.map(() => (2 * uniform() - 1) / Math.sqrt(fanIn)),
  };
  return numbers(tensor.dtype, isFloat(tensor.dtype) ? draw[scheme]() : permuted(), tensor.shape);
}

function rootMeanSquareAroundMean(values: readonly number[]): number {
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / values.length);
}
