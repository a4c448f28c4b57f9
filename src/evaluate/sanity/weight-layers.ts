/** The layers of a model that have weights, from the output down: what parameter randomisation replaces. */
import { fail } from '../../errors.js';
import type { Graph, Node, Value } from '../../onnx/graph.js';
import { isFloat } from '../../onnx/tensor.js';

/** What becomes of a constant: drawn anew, or set to one number. */
export type Treatment = 'draw' | { readonly reset: number };

export interface WeightLayer {
  /** Name of the node that holds the weights. */
  readonly name: string;
  readonly op: string;
  /** The constants of the layer, with what becomes of each. */
  readonly constants: ReadonlyMap<Value, Treatment>;
}

/** Which inputs of an operator are weights. */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gemm: [0, 1, 2],
  MatMul: [0, 1],
  QLinearConv: [3, 8],
  QLinearMatMul: [0, 3],
  ConvInteger: [1],
  MatMulInteger: [0, 1],
};

/** Normalisations go back to doing nothing, as their initialisation does (Adebayo's and Quantus' models too). */
const normalisationInputs: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [1, 0, 0, 1],
  LayerNormalization: [1, 0],
  InstanceNormalization: [1, 0],
  GroupNormalization: [1, 0],
};

/** Operators through which a constant stays the same weights. */
const wrapping = new Set(['Identity', 'Cast', 'Transpose', 'Reshape', 'DequantizeLinear', 'Unsqueeze', 'Squeeze']);

/**
 * Every node with weights, output first. A bias added behind a MatMul, and the normalisations behind a layer, belong to it; weights that layers share
 * belong to the first of them.
 * @throws UserError if no node has constant weights
 */
export function weightLayers(graph: Graph): WeightLayer[] {
  const taken = new Set<Value>();
  const layers = graph.nodes.toReversed().flatMap((node) => {
    const weights = constantsOf(node, weightInputs[node.op] ?? []).filter((value) => !taken.has(value));
    if (weights.length === 0) return [];
    const constants = new Map<Value, Treatment>(weights.map((value) => [value, 'draw']));
    for (const [value, treatment] of followers(graph, node)) if (!taken.has(value)) constants.set(value, treatment);
    for (const value of constants.keys()) taken.add(value);
    return [{ name: node.name || node.output().name, op: node.op, constants }];
  });
  return layers.length > 0 ? layers : fail('the model has no layer with constant weights: there is nothing to randomise');
}

/** The bias and the normalisations directly behind a node. */
function followers(graph: Graph, node: Node): [Value, Treatment][] {
  const found: [Value, Treatment][] = [];
  for (let value = node.output(); ; ) {
    const uses = graph.uses(value);
    const next = uses.length === 1 ? uses[0]!.node : undefined;
    if (next?.op === 'Add') found.push(...constantsOf(next, [0, 1]).map((bias): [Value, Treatment] => [bias, 'draw']));
    const resets = next && normalisationInputs[next.op];
    resets?.forEach((reset, i) => {
      found.push(...constantsOf(next!, [i + 1]).map((one): [Value, Treatment] => [one, { reset }]));
    });
    const goesOn = next !== undefined && (resets !== undefined || (next.op === 'Add' && constantsOf(next, [0, 1]).length > 0));
    if (!goesOn) return found;
    value = next.output();
  }
}

/** Constants behind some inputs of a node; scales and zero points of quantisation are left alone. */
function constantsOf(node: Node, inputs: readonly number[]): Value[] {
  return inputs.flatMap((i) => {
    let value = node.inputs[i];
    while (value?.producer && wrapping.has(value.producer.op)) value = value.producer.inputs[0];
    const isWeight =
      value?.tensor && (isFloat(value.dtype) || /^u?int8$/.test(value.dtype ?? '') || node.op.startsWith('QLinear'));
    return isWeight ? [value!] : [];
  });
}
