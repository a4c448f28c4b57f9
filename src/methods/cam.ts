import { fail } from '../errors.js';
import { type Node, operands, reachable, type Value } from '../onnx/graph.js';
import { numbersOf } from '../onnx/infer/content.js';
import { defineMap } from './augmented.js';
import { combineByOption, severalLayers, weightedSum } from './class-activation.js';
import { isAffine, moves } from './linear-head.js';
import { spatial } from './method.js';

/**
 * Class activation map: the layer's channels with the weights that the linear head gives to their averages; no bias.
 * Zhou et al. 2016, equation 2. The weights are read off the graph: behind an average pool the gradient of a logit is
 * w_ck / (h w) everywhere, and adds up to w_ck.
 * @throws UserError where the layer is not followed by average pooling and a linear classifier alone
 */
export const cam = defineMap({
  name: 'cam',
  summary: 'channels of the last layer with the weights of a pooled linear head',
  reference: 'Zhou et al. 2016, equation 2',
  space: 'layer',
  options: severalLayers,
  combine: combineByOption,
  plan: ({ b, layer, logits, gradient }) => {
    requirePooledLinearHead(layer, logits);
    return weightedSum(b, b.reduceSum(gradient(layer), spatial(layer)), layer);
  },
});

function requirePooledLinearHead(layer: Value, logits: Value): void {
  const dependent = new Set<Value>([layer]);
  let pooled = false;
  for (const node of reachable([logits]).nodes) {
    const from = operands(node).filter((value) => dependent.has(value));
    if (from.length === 0) continue;
    const affine = isAffine(node, dependent);
    for (const output of node.outputs) dependent.add(output);
    if (pooled ? affine : moves(node)) continue;
    if (!pooled && averagesAll(node, layer)) pooled = true;
    else refuse(layer, node);
  }
  if (!pooled) refuse(layer);
}

/** Averages over all spatial places. */
function averagesAll(node: Node, layer: Value): boolean {
  if (node.op === 'GlobalAveragePool') return true;
  const sizes = node.output().shape?.slice(2);
  const whole = sizes?.every((size) => size === 1) ?? false;
  if (node.op === 'AveragePool') return whole;
  if (node.op !== 'ReduceMean') return false;
  const axes = node.has('axes') ? node.ints('axes') : numbersOf(node.inputs[1]);
  const rank = node.inputs[0]?.rank ?? 4;
  const positive = axes?.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, c) => a - c);
  const channel = channelAxisOf(node.inputs[0]!, layer);
  const places = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => axis !== 0 && axis !== channel);
  return String(positive) === String(places);
}

/** Where the layer's channels are after it was only moved: Reshape joins places, which stand before the channels or behind them. */
function channelAxisOf({ producer, rank }: Value, layer: Value): number {
  const from = producer?.inputs[0];
  if (!from || producer.outputs.includes(layer)) return 1;
  const axis = channelAxisOf(from, layer);
  if (producer.op === 'Transpose') return producer.has('perm') ? producer.ints('perm').indexOf(axis) : rank! - 1 - axis;
  return axis > 1 ? rank! - 1 : axis;
}

function refuse(layer: Value, node?: Node): never {
  const found = node ? `${node.label} stands between` : 'there is no pooling between';
  return fail(
    `cam needs average pooling and one linear layer behind "${layer.name}", and ${found}; choose the layer before the pooling, or use grad-cam`,
  );
}
