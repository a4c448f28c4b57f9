import type { Builder } from '../onnx/builder.js';
import { type Node, operands, reachable, type Value } from '../onnx/graph.js';
import { channels, defineMethod, spatial } from './method.js';
import { gridOf, resized } from './resized.js';
import { scoreByOption, targetScore } from './target-score.js';

/**
 * Full-gradient saliency: what the input (x dx) and every bias of a convolution or batch norm (b g) add to the score, magnitudes,
 * each channel scaled to 0..1 and resized to the input, all summed. Srinivas and Fleuret 2019, equation 8, as pytorch-grad-cam does
 * it: it scales channel by channel, the authors layer by layer.
 */
export const fullGrad = defineMethod({
  name: 'full-grad',
  summary: 'what input and biases of all layers add to the score, in magnitude',
  reference: 'Srinivas, Fleuret 2019, equation 8',
  space: 'image',
  signed: false,
  options: targetScore,
  scoreOf: scoreByOption,
  remark: (graph) =>
    biased(graph.outputs).length ? undefined : 'no convolution of the model has a bias, so this is input x gradient alone',
  plan: ({ b, input, score, layout, gradient }) => {
    const image = (x: Value) => (layout === 'NCHW' ? x : b.transpose(x, [0, 3, 1, 2]));
    const grid = layout === 'NCHW' ? gridOf(input) : (input.shape!.slice(1, 3) as number[]);
    const maps = [
      scaled(b, image(b.mul(input, gradient(input)))),
      ...biased([score], input).map(({ value, bias }) => {
        const perChannel = b.reshape(bias(b), [1, -1, ...spatial(value).map(() => 1)]);
        return resized(b, scaled(b, b.mul(gradient(value), perChannel)), grid);
      }),
    ];
    return b.squeeze(maps.reduce(b.add), channels);
  },
});

/** Magnitudes, from 0 to 1 in each channel, summed over channels. Resizing is linear, and may follow. */
function scaled(b: Builder, terms: Value): Value {
  const magnitudes = b.abs(terms);
  const places = spatial(terms);
  const fromZero = b.sub(magnitudes, b.reduce('ReduceMin', magnitudes, places));
  return b.reduceSum(b.div(fromZero, b.add(b.reduceMax(fromZero, places), 1e-7)), channels);
}

interface Biased {
  readonly value: Value;
  readonly bias: (b: Builder) => Value;
}

/**
 * Convolutions and batch norms over a grid that add a constant to each channel; with `from`, those that depend on it. Transposed
 * convolutions and dense layers are left out, as pytorch-grad-cam does.
 */
function biased(ends: readonly Value[], from?: Value): Biased[] {
  const dependent = new Set<Value>();
  return reachable(ends).nodes.flatMap((node) => {
    const led = !from || operands(node).some((value) => value === from || dependent.has(value));
    if (led) for (const output of node.outputs) dependent.add(output);
    const bias = led && (node.output().rank ?? 0) >= 4 ? biasOf(node) : undefined;
    return bias ? [{ value: node.output(), bias }] : [];
  });
}

function biasOf(node: Node): ((b: Builder) => Value) | undefined {
  const { op, inputs } = node;
  if (op === 'Conv') return inputs[2] && (() => inputs[2]!);
  if (op !== 'BatchNormalization') return undefined;
  const [, scale, beta, mean, variance] = inputs as [Value, Value, Value, Value, Value];
  return (b) => b.sub(beta, b.div(b.mul(mean, scale), b.sqrt(b.add(variance, node.float('epsilon', 1e-5)))));
}
