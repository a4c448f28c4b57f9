import { describe, expect, it } from 'vitest';
import { arrayOf, graphOf, runOnce } from '../../test/finite-differences.js';
import { sum } from '../../test/networks.js';
import { differenceOf, noise, open } from '../../test/transformers.js';
import { propagate } from '../autodiff/propagate.js';
import { explain } from '../explain/explain.js';
import { prepare } from '../explain/subject.js';
import { Builder } from '../onnx/builder.js';
import type { Graph, Node, Value } from '../onnx/graph.js';
import { copy, rewrite } from '../onnx/rewrite.js';
import { floats } from '../onnx/tensor.js';
import { attnLrp, cpLrp, frozenStatistics } from './relevance.js';

/** The same model with every constant that is added set to zero: nothing but the image makes the score. */
function withoutConstants(model: Graph): Graph {
  const isAdded = ({ op }: Node, i: number, value: Value) =>
    (op === 'Add' && value.tensor && value.rank! > 0 && value.shape!.at(-1) !== 1) ||
    (op === 'LayerNormalization' && i === 2) ||
    (['Conv', 'Gemm'].includes(op) && i === 2) ||
    (op === 'Concat' && value.tensor) ||
    (op === 'Expand' && i === 0 && value.tensor);
  return rewrite(model, {
    node: ({ op, name, attributes, metadata, outputs, inputs: own, domain }, { inputs }, b) => {
      const cleared = inputs.map((value, i) =>
        value?.dtype === 'float32' && isAdded({ op } as Node, i, value) && own[i]?.tensor ? b.zerosLike(value) : value,
      );
      return b.node(op, cleared, attributes, { domain, name, metadata, outputs: outputs.map((output) => output.name) }).outputs;
    },
  });
}

/** The same model, whose weights of attention are multiplied with a mask made of the image's size: of ones. */
function guarded(model: Graph): Graph {
  return rewrite(model, {
    node: (node, operands, b) => {
      if (node.op !== 'Softmax') return copy(node, operands, b);
      const [weights] = copy(node, operands, b);
      const size = b.op('Shape', [model.inputs[0]!]);
      const ones = b.op('Expand', [b.scalar(1), b.slice(size, { starts: [0], ends: [1], axes: [0] })]);
      return [b.mul(weights!, b.unsqueeze(b.mask(b.greater(ones, 0), ones), [1, 2, 3]))];
    },
  });
}

/** The same model, whose last normalisation has no bias, in primitives or as an operator. */
function withoutLastBias(model: Graph, primitives: boolean): Graph {
  const last = model.nodes.findLast(({ op }) => op === 'LayerNormalization');
  return rewrite(model, {
    node: (node, operands, b) => {
      if (node !== last) return copy(node, operands, b);
      const [x, scale] = operands.inputs as [Value, Value];
      if (!primitives) return [b.op('LayerNormalization', [x, scale], { axis: -1, epsilon: { float: 1e-5 } })];
      const centred = b.sub(x, b.reduceMean(x, [-1]));
      const variance = b.reduceMean(b.op('Pow', [centred, b.scalar(2)]), [-1]);
      return [b.mul(b.div(centred, b.sqrt(b.add(variance, 1e-5))), scale)];
    },
  });
}

const optionsOf = (method: string) => ({ targets: [2], ...(method === 'lrp' && { options: { composite: 'attn-lrp' } }) });

describe('relevance through attention', () => {
  it.each(['attention', 'attention-rollout', 'textspan', 'lrp'])(
    'a mask that says nothing changes nothing of %s',
    async (method) => {
      const model = await open('wide');
      const graph = guarded(prepare(model.graph).graph);
      const options = optionsOf(method);
      const x = noise([1, 3, 32, 48]);
      const { attribution } = await explain({ graph, runtime: model.runtime }, method, x, options);
      const wanted = await explain(model, method, x, options);
      expect(differenceOf(attribution.data, wanted.attribution.data)).toBeLessThan(1e-5);
    },
  );

  it.each(['textspan', 'lrp'])('by %s, a normalisation without bias is one however it is written', async (method) => {
    const model = await open('wide');
    const options = optionsOf(method);
    const [written, operator] = await Promise.all(
      [true, false].map((primitives) => {
        const graph = withoutLastBias(prepare(model.graph).graph, primitives);
        return explain({ graph, runtime: model.runtime }, method, noise([1, 3, 32, 48]), options);
      }),
    );
    expect(differenceOf(written!.attribution.data, operator!.attribution.data)).toBeLessThan(1e-5);
  });

  const meanSquare = (b: Builder, x: Value) => b.add(b.reduceMean(b.square(x), [-1]), 0.25);
  it.each<[string, number, (b: Builder, x: Value, scale: Value) => Value]>([
    ['an operator', 23, (b, x, scale) => b.op('RMSNormalization', [x, scale], { epsilon: { float: 0.25 } })],
    ['a quotient', 17, (b, x, scale) => b.mul(b.div(x, b.sqrt(meanSquare(b, x))), scale)],
    ['a product', 17, (b, x, scale) => b.mul(b.mul(x, b.op('Reciprocal', [b.sqrt(meanSquare(b, x))])), scale)],
    ['a power', 17, (b, x, scale) => b.mul(b.mul(b.pow(meanSquare(b, x), -0.5), x), scale)],
  ])('a root mean square is a constant: as %s', async (_, opset, normalise) => {
    const b = new Builder(opset);
    const x = b.input('x', 'float32', [2, 3]);
    const scale = b.constant(floats([1, 2, -1]));
    const y = normalise(b, x, scale);
    const seeds = new Map([[y, b.constant(floats([1, 0, 3, -2, 1, 1], [2, 3]))]]);
    for (const table of [attnLrp, cpLrp, frozenStatistics]) {
      const [dx] = propagate(b, { seeds, sources: [x], table });
      const graph = graphOf({ b, inputs: [x], outputs: [] }, [dx!]);
      const [got] = await runOnce(graph, { x: arrayOf('float32', [1, 2, -1, 0.5, 0, 3], [2, 3]) });
      // Mean squares of 2 and 37 / 12, and a quarter.
      const [first, second] = [1 / 1.5, 1 / Math.sqrt(37 / 12 + 0.25)];
      const wanted = [first, 0, -3 * first, -2 * second, 2 * second, -second];
      expect(differenceOf(got!.values, wanted)).toBeLessThan(1e-6);
    }
  });

  // What softmax lets through is a first-order expansion, and does not conserve: AttnLRP has no such property.
  it('CP-LRP adds up to the logit where no constants are added', async () => {
    const model = await open('wide');
    const graph = withoutConstants(prepare(model.graph).graph);
    const options = { options: { composite: 'cp-lrp' }, targets: [2] };
    const { attribution, rows } = await explain({ graph, runtime: model.runtime }, 'lrp', noise([1, 3, 32, 48]), options);
    const logit = rows[0]!.scores[2]!;
    expect(Math.abs(logit)).toBeGreaterThan(0.05);
    expect(sum(attribution.data) / logit).toBeCloseTo(1, 4);
  });
});
