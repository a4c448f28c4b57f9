/** What must hold on whole networks: pruning changes nothing, layers are what they were, relevance is conserved and accounted for. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { arrayOf, graphOf, runOnce } from '../../../test/finite-differences.js';
import { sum } from '../../../test/relevance-scene.js';
import { randomOf } from '../../../test/samples.js';
import { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { namesOf } from '../../onnx/rewrite.js';
import { simplify } from '../../onnx/simplify.js';
import { upgrade } from '../../onnx/upgrade/index.js';
import { openModelFile } from '../../runtime/node/index.js';
import { decodeNpy } from '../../tensor/npy.js';
import type { FloatArray } from '../../tensor/tensor.js';
import { gradient } from '../gradient/index.js';
import { propagate } from '../propagate.js';
import { type CompositeOptions, compositeNamed } from './composites.js';
import { columns, Ledger } from './ledger.js';
import { type RelevanceOptions, relevance } from './relevance.js';
import { survey } from './survey.js';

const folder = new URL('../../../test/fixtures/lrp/', import.meta.url);
const { cases } = JSON.parse(readFileSync(new URL('cases.json', folder), 'utf8')) as {
  cases: readonly { model: string; input: string }[];
};
const nets = [...new Map(cases.map(({ model, input }) => [model, input]))].map(([model, input]) => ({
  net: model.split('.')[0]!,
  model,
  input,
}));
const named = (...wanted: string[]) => nets.filter(({ net }) => wanted.includes(net));

function open({ model, input }: { model: string; input: string }) {
  const file = openModelFile(new URL(model, folder).pathname).graph;
  const array = decodeNpy(readFileSync(new URL(input, folder)), input) as FloatArray;
  const graph = simplify(upgrade(file), { sizes: { [file.inputs[0]!.name]: array.shape } });
  const b = new Builder(graph.details.opset, namesOf(graph));
  const run = (outputs: readonly Value[], optimization: 'disabled' | 'all' = 'all') =>
    runOnce(
      graphOf(
        { b, inputs: graph.inputs, outputs: [] },
        outputs.map((value) => b.named(`${b.freshName('wanted')}!`, value)),
      ),
      { [graph.inputs[0]!.name]: array },
      optimization,
    );
  return { b, graph, x: graph.inputs[0]!, logits: graph.outputs[0]!, run };
}

/** Relevance of the first class's logit. */
function walk(
  { b, x, logits }: ReturnType<typeof open>,
  name: string,
  options: CompositeOptions = {},
  more: Partial<RelevanceOptions> = {},
) {
  const first = b.slice(logits, { starts: [0], ends: [1], axes: [1] });
  const others = (logits.shape![1] as number) - 1;
  const seed = b.pad(first, [0, 0, 0, others]);
  return relevance(b, {
    composite: compositeNamed(name, options),
    seeds: new Map([[logits, seed]]),
    sources: [x],
    seedsVanish: true,
    ...more,
  });
}

/** Against the largest value; where all of them cancel, as flat does behind a layer normalisation, only rounding is left. */
const relativeError = (actual: readonly number[], wanted: readonly number[]) =>
  Math.max(...wanted.map((value, i) => Math.abs(value - actual[i]!))) / Math.max(1e-5, ...wanted.map(Math.abs));

describe('pruning', () => {
  const composites = [
    'epsilon',
    'gamma',
    'z-plus',
    'epsilon-alpha2-beta1-flat',
    'epsilon-gamma-box',
    'montavon-2019',
    'excitation-backprop',
    'deep-taylor',
  ];
  it.each(nets)('changes nothing in $net', async (net) => {
    const opened = open(net);
    for (const name of composites) {
      const pruned = walk(opened, name).values[0]!;
      const whole = walk(opened, name, {}, { prune: false }).values[0]!;
      // Apart, and one of them not optimised: neither may lean on the other, or on the runtime.
      const [a] = await opened.run([pruned], 'disabled');
      const [c] = await opened.run([whole]);
      expect(relativeError(a!.values, c!.values), name).toBeLessThan(2e-4);
    }
  });

  // Two convolutions forward. The first has inputs of either sign; the second has not, and no relevance comes to what its ReLU cuts off.
  it.each([
    ['z-plus', 2 + 4 + 2],
    ['gamma', 2 + 4 + 2],
    ['alpha-beta', 2 + 8 + 4],
    ['epsilon', 2 + 1 + 1],
    ['flat', 2 + 2 + 2],
  ] as const)('leaves %s the passes that can be other than zero', (name, expected) => {
    const opened = open(named('plain')[0]!);
    const { values } = walk(opened, name);
    const convolutions = graphOf({ b: opened.b, inputs: [opened.x], outputs: [] }, values).nodes.filter(
      ({ op }) => op === 'Conv',
    );
    expect(convolutions).toHaveLength(expected);
  });
});

describe('layers', () => {
  it.each(nets)('of $net compute what the model does', async (net) => {
    for (const batchNorm of ['none', 'before', 'both'] as const) {
      const opened = open(net);
      const { sites } = survey(opened.b, [opened.logits], [opened.x], { batchNorm });
      const layers = sites.flatMap(({ layer }) => layer ?? []);
      expect(layers.length).toBeGreaterThan(0);
      const results = await opened.run(
        layers.flatMap((layer) => [layer.apply(opened.b, layer.x, layer.weight, layer.bias), layer.z]),
      );
      layers.forEach((layer, i) => {
        expect(relativeError(results[2 * i]!.values, results[2 * i + 1]!.values), `${batchNorm} ${layer.node.name}`).toBeLessThan(
          1e-5,
        );
      });
    }
  });

  it('take in the batch normalisations of DenseNet on either side', () => {
    const opened = open(named('densenet')[0]!);
    const count = (batchNorm: 'none' | 'before' | 'both') => {
      const { sites } = survey(opened.b, [opened.logits], [opened.x], { batchNorm });
      return sites.filter(({ layer }) => layer && layer.x !== layer.node.inputs[layer.operand]).length;
    };
    expect([count('none'), count('before')]).toEqual([0, 0]);
    // The first of each dense block's convolutions, and the transition; the last normalisation has no convolution behind it.
    expect(count('both')).toBe(4);
  });
});

describe('conservation without biases', () => {
  // Where all that a neuron gets is negative, z-plus finds nothing to share out; where a ReLU is closed, w-square and flat still find it,
  // and a pool behind them does not. These networks are without such neurons.
  it.each([
    ['zero', ['plain', 'no-bias', 'max-pools', 'dense-bn']],
    ['z-plus', ['plain', 'no-bias', 'max-pools']],
    ['epsilon-plus', ['plain', 'no-bias', 'max-pools', 'dense-bn']],
    ['epsilon-plus-flat', ['plain', 'no-bias', 'max-pools', 'dense-bn']],
    ['deep-taylor', ['plain', 'no-bias', 'max-pools']],
    ['w-square', ['dense-bn', 'max-pools']],
    ['flat', ['dense-bn', 'max-pools']],
  ] as const)('holds for %s', async (name, wanted) => {
    for (const net of named(...wanted)) {
      const opened = open(net);
      const [shares] = walk(opened, name, { bias: 'ignore', epsilon: 1e-9 }).values;
      const [logits, result] = await opened.run([opened.logits, shares!]);
      const classes = opened.logits.shape![1] as number;
      const start = sum(logits!.values.filter((_, i) => i % classes === 0));
      const size = Math.max(Math.abs(start), sum(result!.values.map(Math.abs)));
      expect(Math.abs(sum(result!.values) - start) / size, net.net).toBeLessThan(1e-4);
    }
  });
});

describe('LRP-0', () => {
  it.each(
    named(
      'plain',
      'no-bias',
      'residual-padded-shortcut',
      'max-pools',
      'shuffle',
      'unet-transpose',
      'dense-bn',
      'three-dimensions',
    ),
  )('is input x gradient in $net', async (net) => {
    const opened = open(net);
    const { b, x, logits } = opened;
    const first = b.slice(logits, { starts: [0], ends: [1], axes: [1] });
    const [dx] = propagate(b, { seeds: new Map([[first, b.expandLike(b.scalar(1), first)]]), sources: [x], table: gradient });
    const [lrp, product] = await opened.run([walk(opened, 'zero').values[0]!, b.mul(x, dx!)]);
    expect(relativeError(lrp!.values, product!.values)).toBeLessThan(1e-4);
  });
});

describe('the account', () => {
  it.each(named('residual', 'densenet', 'gates', 'activations', 'average-pools', 'bn-first', 'tokens', 'unet-bilinear'))(
    'adds up in $net',
    async (net) => {
      const opened = open(net);
      const { b, logits } = opened;
      for (const name of ['epsilon-plus', 'alpha-beta', 'epsilon-gamma-box', 'w-square']) {
        const start = b.slice(logits, { starts: [0], ends: [1], axes: [1] });
        const ledger = new Ledger(b, b.squeeze(start, [1]));
        const [shares] = walk(opened, name, { epsilon: 0.1 }, { ledger }).values;
        const { entries, values } = ledger.account();
        const [end, table, begin] = await opened.run([shares!, values, start]);
        const at = (i: number, column: (typeof columns)[number]) => table!.values[i * columns.length + columns.indexOf(column)]!;
        const kept = sum(entries.map((_, i) => at(i, 'arrived') - at(i, 'passed')));
        const size =
          sum(end!.values.map(Math.abs)) + Math.abs(begin!.values[0]!) + sum(entries.map((_, i) => Math.abs(at(i, 'arrived'))));
        expect(Math.abs(begin!.values[0]! - kept - sum(end!.values)) / size, name).toBeLessThan(1e-5);
        // At layers with epsilon, biases and stabiliser are all that keeps relevance.
        entries.forEach(({ rule, name: node }, i) => {
          if (!rule.startsWith('epsilon')) return;
          const rest = at(i, 'arrived') - at(i, 'passed') - at(i, 'bias') - at(i, 'stabiliser');
          expect(Math.abs(rest) / size, `${name} ${node}`).toBeLessThan(1e-5);
        });
      }
    },
  );
});

describe('relevance between', () => {
  it('is that of a feature map, and adds up likewise', async () => {
    const opened = open(named('no-bias')[0]!);
    const maps = opened.graph.nodes.filter(({ op }) => op === 'Relu').map((node) => node.output());
    const { values } = walk(opened, 'epsilon-plus', { bias: 'ignore' }, { sources: [opened.x, ...maps] });
    const results = await opened.run(values);
    expect(results.map(({ shape }) => shape)).toEqual([opened.x.shape, ...maps.map(({ shape }) => shape)]);
    for (const { values: shares } of results) expect(sum(shares)).toBeCloseTo(sum(results[0]!.values), 4);
  });
});

it('half precision and double precision walk as well', async () => {
  for (const dtype of ['float16', 'float64'] as const) {
    const b = new Builder(17);
    const x = b.input('x', dtype, [1, 4]);
    const random = randomOf(dtype);
    const draw = (count: number) => Array.from({ length: count }, () => 2 * random() - 1);
    const weight = b.cast(
      b.constant({ dtype: 'float32', shape: [4, 3], bytes: () => new Uint8Array(Float32Array.from(draw(12)).buffer) }),
      dtype,
    );
    const y = b.relu(b.matMul(x, weight));
    const { values } = relevance(b, {
      composite: compositeNamed('z-plus'),
      seeds: new Map([[y, y]]),
      sources: [x],
      seedsVanish: true,
    });
    const graph = graphOf({ b, inputs: [x], outputs: [] }, [b.named('r', values[0]!), y]);
    const [shares, output] = await runOnce(graph, { x: arrayOf(dtype, draw(4), [1, 4]) });
    expect(Math.abs(sum(shares!.values) - sum(output!.values))).toBeLessThan(dtype === 'float16' ? 0.02 : 1e-4);
  }
});
