import { describe, expect, it } from 'vitest';
import { sum } from '../../test/networks.js';
import { noise, open } from '../../test/transformers.js';
import { explain } from '../explain/explain.js';
import { prepare } from '../explain/subject.js';
import type { Graph, Node, Value } from '../onnx/graph.js';
import { rewrite } from '../onnx/rewrite.js';

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

describe('relevance through attention', () => {
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
