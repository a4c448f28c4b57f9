/** The method's options: where relevance starts, where it is asked for, what is refused; and its account in the explanation. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sum } from '../../test/relevance-scene.js';
import { explain } from '../explain/explain.js';
import type { GivenOptions } from '../options.js';
import { describeFlow, flowChart } from '../report/flow.js';
import { nodeRuntime, openModelFile } from '../runtime/node/index.js';
import { decodeNpy } from '../tensor/npy.js';
import type { FloatArray } from '../tensor/tensor.js';

const folder = new URL('../../test/fixtures/lrp/', import.meta.url);
const input = decodeNpy(readFileSync(new URL('residual.input.npy', folder)), 'input') as FloatArray;
const opened = openModelFile(new URL('residual.ts17.onnx', folder).pathname);

async function lrp(options: GivenOptions, more: { target?: number; detailed?: boolean } = {}) {
  const { target = 1, detailed = false } = more;
  const model = { ...opened, runtime: await nodeRuntime({ threads: 1 }) };
  return explain(model, 'lrp', input, { options, targets: [target], detailed });
}

/** Rules that do not look at how relevance is spread, only at how much there is: relevance is then linear in the start. */
const linear = { composite: 'epsilon', epsilon: 0.01 };

describe('the start', () => {
  it('is the logit, or one', async () => {
    const [logit, one] = [await lrp({ ...linear }), await lrp({ ...linear, seed: 'one' })];
    const score = logit.rows[0]!.scores[1]!;
    expect(logit.rows[0]!.flow!.start).toBeCloseTo(score, 5);
    expect(one.rows[0]!.flow!.start).toBe(1);
    logit.attribution.data.forEach((value, i) => {
      expect(Math.abs(value - score * one.attribution.data[i]!)).toBeLessThan(1e-5);
    });
  });

  it('contrastive is the logit, and as much against all others', async () => {
    const [first, ...all] = await Promise.all([
      lrp({ ...linear, seed: 'contrastive' }),
      ...[0, 1, 2].map((target) => lrp({ ...linear, seed: 'one' }, { target })),
    ]);
    const score = first!.rows[0]!.scores[1]!;
    expect(first!.rows[0]!.flow!.start).toBeCloseTo(0, 5);
    first!.attribution.data.forEach((value, i) => {
      const [a, b, c] = all.map(({ attribution }) => attribution.data[i]!) as [number, number, number];
      expect(Math.abs(value - score * (b - (a + c) / 2))).toBeLessThan(1e-4);
    });
  });

  it("one-versus-rest is the logit minus the mean of all others'", async () => {
    const { rows } = await lrp({ ...linear, seed: 'one-versus-rest' });
    const [{ scores, flow }] = rows as [(typeof rows)[0]];
    expect(flow!.start).toBeCloseTo(scores[1]! - (scores[0]! + scores[2]!) / 2, 5);
  });
});

describe('relevance at a tensor', () => {
  it('has its shape, and is the same by the name of its node', async () => {
    const tensor = opened.graph.nodes.filter(({ op }) => op === 'Relu')[0]!.output();
    const { attribution } = await lrp({ composite: 'epsilon-plus', at: tensor.name });
    expect(attribution.shape).toEqual([1, 6, 12, 12]);
  });

  it('that is not there is named', async () => {
    await expect(lrp({ at: 'nothing' })).rejects.toThrow(/no tensor "nothing" before the scores/);
  });
});

describe('the account', () => {
  it('adds up to the score', async () => {
    const { rows, attribution } = await lrp({ composite: 'epsilon-alpha2-beta1', epsilon: 0.1 }, { detailed: true });
    const { start, end, absorbed, nodes } = rows[0]!.flow!;
    expect(end).toBeCloseTo(sum([...attribution.data]), 4);
    expect(end + absorbed!.bias + absorbed!.stabiliser + absorbed!.rule).toBeCloseTo(start, 3);
    expect(nodes!.map(({ treatment }) => treatment)).toContain('alpha-beta alpha 2 beta 1');
    expect(describeFlow(rows[0]!.flow!)).toMatch(/^-?[\d.]+ of -?[\d.]+ reaches the map; biases keep /);
    expect(flowChart(rows[0]!.flow!, 'lrp').match(/<tr>/g)).toHaveLength(nodes!.length + 1);
  });

  it('costs nothing where nobody asks for it', async () => {
    const { rows } = await lrp({});
    expect(rows[0]!.flow).toEqual({ start: expect.any(Number), end: expect.any(Number) });
  });
});

it.each<[GivenOptions, RegExp]>([
  [{ composite: 'epsilon-pluss' }, /no composite "epsilon-pluss"; did you mean "epsilon-plus"/],
  [{ composite: 'alpha-beta', alpha: 3 }, /alpha - beta must be 1, not 3 - 1 = 2/],
  [{ epsilon: -1 }, /epsilon must be at least 0, not -1/],
  [{ low: 'a', composite: 'epsilon-gamma-box' }, /low is a number, or one per channel/],
  [{ low: '1,2', composite: 'epsilon-gamma-box' }, /low has 2 numbers, and its input has 3 channels/],
  [{ composite: '{"rules":[{"op":"Det","rule":"flat"}]}' }, /no rule of the composite "custom" matches a node/],
])('%o is refused', async (options, message) => {
  await expect(lrp(options)).rejects.toThrow(message);
});
