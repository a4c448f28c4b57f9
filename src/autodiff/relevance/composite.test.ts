/** Which rule each node gets: by composite, by what is one layer, by what is one activation; and files that say so. */
import { describe, expect, it } from 'vitest';
import { graphOf } from '../../../test/finite-differences.js';
import { runRelevance, sum, tensor } from '../../../test/relevance-scene.js';
import { Builder } from '../../onnx/builder.js';
import type { Value } from '../../onnx/graph.js';
import { parseComposite } from './composite-file.js';
import { compositeNamed, compositeNames } from './composites.js';
import { treatments } from './relevance.js';

/** Convolution, batch norm, ReLU, max pool, a residual block, an average pool and two dense layers. */
function network() {
  const b = new Builder(17);
  const x = b.input('x', 'float32', [1, 2, 8, 8]);
  const weights = (...shape: number[]) =>
    tensor(
      b,
      Array.from({ length: shape.reduce((p, d) => p * d) }, (_, i) => Math.sin(i + 1)),
      shape,
    );
  const conv = (value: Value, name: string) => b.op('Conv', [value, weights(2, 2, 3, 3)], { pads: [1, 1, 1, 1] }, { name });
  const normal = (value: Value) => b.op('BatchNormalization', [value, ...[1, 2, 3, 4].map((n) => tensor(b, [n, n + 1]))]);
  const stem = b.op('MaxPool', [b.relu(normal(conv(x, 'stem')))], { kernel_shape: [2, 2], strides: [2, 2] });
  const block = b.relu(b.add(conv(b.relu(conv(stem, 'block/first')), 'block/second'), stem));
  const hidden = b.relu(
    b.add(b.matMul(b.op('Flatten', [b.op('GlobalAveragePool', [block])]), weights(2, 4)), tensor(b, [1, 2, 3, 4])),
  );
  const y = b.op('Gemm', [hidden, weights(4, 3)], {}, { name: 'head' });
  return graphOf({ b, inputs: [x], outputs: [] }, [y]);
}

const rulesOf = (composite: Parameters<typeof treatments>[1]) =>
  treatments(network(), composite).map(({ op, merged, rule }) => `${[op, ...merged].join('+')} ${rule}`);

describe('built-in composites', () => {
  it('give every node its rule', () => {
    expect(rulesOf(compositeNamed('epsilon-plus-flat', { epsilon: 0.1 }))).toEqual([
      'Conv+BatchNormalization flat',
      'Relu pass',
      'MaxPool winner',
      'Conv z-plus',
      'Relu pass',
      'Conv z-plus',
      'Add norm',
      'Relu pass',
      'GlobalAveragePool norm',
      'Flatten routed',
      'MatMul+Add epsilon 0.1',
      'Relu pass',
      'Gemm epsilon 0.1',
    ]);
  });

  it('montavon-2019 goes by depth', () => {
    expect(
      rulesOf(compositeNamed('montavon-2019', { low: [-2], high: [2] })).filter((line) => !/pass|norm|routed/.test(line)),
    ).toEqual([
      'Conv+BatchNormalization z-box low -2 high 2',
      'MaxPool average',
      'Conv gamma',
      'Conv epsilon 0.25 scaled',
      'MatMul+Add epsilon 0.25 scaled',
      'Gemm zero',
    ]);
  });

  it.each(compositeNames)('%s can be explained', async (name) => {
    const { relevance } = await runRelevance({
      shape: [1, 1, 4, 4],
      input: Array.from({ length: 16 }, (_, i) => Math.cos(i)),
      network: (b, x) => {
        const map = b.relu(
          b.op('Conv', [
            x,
            tensor(
              b,
              Array.from({ length: 18 }, (_, i) => Math.sin(i)),
              [2, 1, 3, 3],
            ),
          ]),
        );
        return b.matMul(
          b.op('Flatten', [map]),
          tensor(
            b,
            Array.from({ length: 16 }, (_, i) => Math.cos(2 * i)),
            [8, 2],
          ),
        );
      },
      composite: compositeNamed(name),
      seed: [1, 0],
    });
    expect(relevance.every(Number.isFinite)).toBe(true);
    expect(sum(relevance.map(Math.abs))).toBeGreaterThan(0.1);
  });

  it('that are not there are named, with those that are near', () => {
    expect(() => compositeNamed('epsilon-pluss')).toThrow(/no composite "epsilon-pluss"; did you mean "epsilon-plus"/);
  });
});

describe('composite files', () => {
  const file = (rules: unknown, more = {}) => parseComposite(JSON.stringify({ rules, ...more }));

  it('stand before what they extend', () => {
    const composite = file(
      [
        { first: true, kind: 'linear', rule: 'z-box', low: [-1, -2], high: 3 },
        { layer: 'block/*', rule: 'gamma', gamma: 0.5 },
        { op: 'Gemm', last: true, rule: 'zero' },
        { kind: 'max-pool', rule: 'average' },
      ],
      { extends: 'epsilon-plus' },
    );
    expect(rulesOf(composite)).toEqual([
      'Conv+BatchNormalization z-box low -1,-2 high 3',
      'Relu pass',
      'MaxPool average',
      'Conv gamma 0.5',
      'Relu pass',
      'Conv gamma 0.5',
      'Add norm',
      'Relu pass',
      'GlobalAveragePool norm',
      'Flatten routed',
      'MatMul+Add epsilon',
      'Relu pass',
      'Gemm zero',
    ]);
  });

  it('match by depth and by what lies behind the last grid', () => {
    const composite = file([
      { head: true, rule: 'zero' },
      { depth: [0, 0.3], rule: 'flat' },
      { depth: [0.3, 1], rule: 'gamma' },
    ]);
    expect(rulesOf(composite).filter((line) => /^(Conv|MatMul|Gemm)/.test(line))).toEqual([
      'Conv+BatchNormalization flat',
      'Conv flat',
      'Conv gamma',
      'MatMul+Add zero',
      'Gemm zero',
    ]);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'an unknown rule',
      [{ op: 'Conv', rule: 'gama' }],
      /rule 1 of the composite "custom": there is no relevance rule "gama"; did you mean "gamma"/,
    ],
    ['an unknown matcher', [{ opp: 'Conv', rule: 'gamma' }], /rule 1 .* has no "opp"; did you mean "op"/],
    ['an unknown kind', [{ kind: 'conv', rule: 'gamma' }], /kind has no "conv"; did you mean "convolution"/],
    ['a parameter that the rule has not', [{ op: 'Conv', rule: 'flat', gamma: 1 }], /flat has no parameter "gamma"/],
    [
      'alpha and beta that do not fit',
      [{ op: 'Conv', rule: 'alpha-beta', alpha: 3, beta: 1 }],
      /alpha - beta must be 1, not 3 - 1 = 2/,
    ],
    ['a negative epsilon', [{ op: 'Conv', rule: 'epsilon', epsilon: -1 }], /epsilon must be a number of at least 0, not -1/],
    ['a depth that is none', [{ depth: 3, rule: 'flat' }], /depth is a pair of fractions/],
    ['a rule without its name', [{ op: 'Conv' }], /names no "rule"/],
    ['no rules', [], /at least one rule/],
    ['no list', {}, /needs "rules", a list/],
  ])('refuse %s', (_, rules, message) => {
    expect(() => file(rules)).toThrow(message);
  });

  it('refuse to match nothing', () => {
    expect(() => rulesOf(file([{ op: 'ConvTranspose', rule: 'flat' }]))).toThrow(
      /no rule of the composite "custom" matches a node/,
    );
    // A rule for weights does not fit a sum.
    expect(() => rulesOf(file([{ op: 'Add', rule: 'flat' }]))).toThrow(/matches a node/);
  });

  it('refuse what is not JSON', () => {
    expect(() => parseComposite('{ rules')).toThrow(/not JSON/);
  });
});

describe('what is one activation', () => {
  it.each<[string, (b: Builder, x: Value) => Value]>([
    ['SiLU', (b, x) => b.mul(x, b.sigmoid(x))],
    ['HardSwish', (b, x) => b.div(b.mul(x, b.op('Clip', [b.add(x, 3), b.scalar(0), b.scalar(6)])), 6)],
    ['GELU by Erf', (b, x) => b.mul(b.mul(x, b.add(b.erf(b.div(x, Math.SQRT2)), 1)), 0.5)],
    ['GELU by Erf, halved first', (b, x) => b.mul(b.mul(x, 0.5), b.add(b.erf(b.div(x, Math.SQRT2)), 1))],
    ['GELU by Tanh', (b, x) => b.mul(b.mul(0.5, x), b.add(b.tanh(b.mul(b.add(x, b.mul(b.pow(x, 3), 0.044715)), 0.8)), 1))],
    ['SiLU as a quotient', (b, x) => b.div(x, b.add(b.exp(b.neg(x)), 1))],
    ['Mish', (b, x) => b.mul(x, b.tanh(b.op('Softplus', [x])))],
    ['Clip as Min of Max', (b, x) => b.min(b.max(x, 0), 6)],
    ['a choice', (b, x) => b.where(b.greater(x, 0), x, b.mul(x, 0.1))],
    ['a scale and a shift', (b, x) => b.add(b.mul(x, tensor(b, [1, 2, 3])), tensor(b, [4, 5, 6]))],
  ])('%s passes relevance as a whole', async (_, activation) => {
    const { relevance } = await runRelevance({
      shape: [1, 3],
      input: [1, -2, 0.5],
      network: activation,
      composite: compositeNamed('epsilon'),
      seed: [1, 2, -3],
    });
    expect(relevance.map((value) => +value.toFixed(4))).toEqual([1, 2, -3]);
  });

  it('is not a gate of another value', async () => {
    const walk = (gates: 'gradient' | 'signal' | 'uniform') =>
      runRelevance({
        shape: [1, 2, 1, 2],
        input: [1, 2, 3, 4],
        network: (b, x) => b.mul(x, b.sigmoid(b.op('GlobalAveragePool', [x]))),
        composite: compositeNamed('epsilon', { gates }),
        seed: [1, 2, 3, 4],
      });
    expect((await walk('signal')).relevance.map((value) => +value.toFixed(4))).toEqual([1, 2, 3, 4]);
    const { relevance } = await walk('uniform');
    expect(sum(relevance)).toBeCloseTo(10, 3);
    // Half of each to the signal; the rest through the mean: of (1, 2) in thirds, of (3, 4) in sevenths.
    expect(relevance[0]).toBeCloseTo(0.5 + 1.5 / 3, 3);
    expect(relevance[3]).toBeCloseTo(2 + (3.5 * 4) / 7, 3);
    expect(sum((await walk('gradient')).relevance)).not.toBeCloseTo(10, 1);
  });
});

describe('what is one normalisation', () => {
  it.each<[string, (b: Builder, x: Value) => Value]>([
    [
      'layer normalisation',
      (b, x) => {
        const centred = b.sub(x, b.reduceMean(x, [-1]));
        const normal = b.div(centred, b.sqrt(b.add(b.reduceMean(b.pow(centred, 2), [-1]), 1e-5)));
        return b.add(b.mul(normal, tensor(b, [1, 2, 3])), tensor(b, [4, 5, 6]));
      },
    ],
    [
      'the scale behind one',
      (b, x) => b.mul(b.op('LayerNormalization', [x, tensor(b, [1, 1, 1])], { axis: -1 }), tensor(b, [1, 2, 3])),
    ],
  ])('%s has its gradient as a whole', async (_, network) => {
    const given = { shape: [1, 3], input: [1, -2, 0.5], composite: compositeNamed('epsilon'), seed: [1, 2, -3] };
    const written = await runRelevance({ ...given, network });
    const single = await runRelevance({
      ...given,
      network: (b, x) => b.op('LayerNormalization', [x, tensor(b, [1, 2, 3]), tensor(b, [4, 5, 6])], { axis: -1 }),
    });
    written.relevance.forEach((value, i) => {
      expect(value).toBeCloseTo(single.relevance[i]!, 4);
    });
  });
});

describe('what is one layer', () => {
  const weight = [
    [1, -2],
    [0.5, 1],
    [2, 1],
  ];
  const constants = { scale: [2, -3], shift: [0.5, 1] };
  it.each<[string, (b: Builder, y: Value) => Value]>([
    ['Add', (b, y) => b.add(tensor(b, constants.shift), y)],
    ['Sub', (b, y) => b.sub(y, tensor(b, constants.shift))],
    ['Mul and Add', (b, y) => b.add(b.mul(y, tensor(b, constants.scale)), tensor(b, constants.shift))],
    ['Div', (b, y) => b.div(y, tensor(b, constants.scale))],
    ['a single factor', (b, y) => b.mul(y, 0.25)],
  ])('takes in %s', async (_, behind) => {
    // z+ tells apart weights of either sign, so that a factor left out would show.
    const walk = (network: (b: Builder, x: Value) => Value) =>
      runRelevance({ shape: [1, 3], input: [1, -1, 2], network, composite: compositeNamed('z-plus'), seed: [1, 2] });
    const several = await walk((b, x) => behind(b, b.matMul(x, tensor(b, weight))));
    const dense = await walk((b, x) => {
      // The same function as one Gemm: its weights and bias are found by applying it.
      const [bias, ...rows] = [
        [0, 0, 0],
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ].map((row) => behind(b, b.matMul(tensor(b, [row]), tensor(b, weight))));
      const matrix = b.concat(
        rows.map((row) => b.sub(row, bias!)),
        0,
      );
      return b.op('Gemm', [x, matrix, b.reshape(bias!, [2])]);
    });
    const rounded = (values: readonly number[]) => values.map((value) => +value.toFixed(4));
    expect(rounded(several.output)).toEqual(rounded(dense.output));
    expect(rounded(several.relevance)).toEqual(rounded(dense.relevance));
  });

  it.each<[string, (b: Builder, y: Value) => Value]>([
    ['x + 3', (b, y) => b.add(y, 3)],
    ['x - -3', (b, y) => b.sub(y, -3)],
  ])('leaves %s to the activation that starts with it', async (_, start) => {
    const walk = (activation: (b: Builder, y: Value) => Value) =>
      runRelevance({
        shape: [1, 3],
        input: [1, -1, 2],
        network: (b, x) => activation(b, b.matMul(x, tensor(b, weight))),
        composite: compositeNamed('z-plus'),
        seed: [1, 2],
      });
    const written = await walk((b, y) => b.div(b.min(b.relu(start(b, y)), 6), 6));
    const single = await walk((b, y) => b.op('HardSigmoid', [y], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }));
    const rounded = (values: readonly number[]) => values.map((value) => +value.toFixed(4));
    expect(rounded(written.output)).toEqual(rounded(single.output));
    expect(rounded(written.relevance)).toEqual(rounded(single.relevance));
  });

  it('takes in a single number behind a single output, which is its bias', () => {
    const b = new Builder(17);
    const x = b.input('x', 'float32', [1, 3]);
    const y = b.add(b.matMul(x, tensor(b, [[1], [-2], [0.5]])), 3);
    const given = treatments(graphOf({ b, inputs: [x], outputs: [] }, [y]), compositeNamed('z-plus'));
    expect(given.map(({ op, merged }) => [op, ...merged])).toEqual([['MatMul', 'Add']]);
  });

  it('leaves a sum of two layers alone', () => {
    const b = new Builder(17);
    const x = b.input('x', 'float32', [1, 3]);
    const y = b.add(b.matMul(x, tensor(b, weight)), b.matMul(b.relu(x), tensor(b, weight)));
    const given = treatments(graphOf({ b, inputs: [x], outputs: [] }, [y]), compositeNamed('z-plus'));
    expect(given.map(({ op, rule, merged }) => [op, rule, merged.length])).toEqual([
      ['MatMul', 'z-plus', 0],
      ['Relu', 'pass', 0],
      ['MatMul', 'z-plus', 0],
      ['Add', 'norm', 0],
    ]);
  });
});
