/** Every rule on every kind of layer with weights, against the formulas written out over a dense matrix in double precision. */
import { describe, expect, it } from 'vitest';
import { runRelevance, sum, tensor } from '../../../test/relevance-scene.js';
import { randomOf } from '../../../test/samples.js';
import { elementCount, stridesOf } from '../../tensor/tensor.js';
import { type RuleParameters, ruleNamed } from './rule-names.js';

/** A layer: the operator, its sizes, and where each output element comes from. */
interface LayerCase {
  readonly title: string;
  readonly op: 'Conv' | 'ConvTranspose' | 'Gemm' | 'MatMul';
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

const layers: readonly LayerCase[] = [
  { title: 'Gemm', op: 'Gemm', x: [1, 16], w: [15, 16], attributes: { transB: 1 } },
  { title: 'MatMul', op: 'MatMul', x: [1, 16], w: [16, 15] },
  { title: 'Conv 1-d', op: 'Conv', x: [1, 3, 7], w: [4, 3, 3], attributes: { pads: [1, 1] } },
  { title: 'Conv 2-d', op: 'Conv', x: [1, 3, 5, 4], w: [4, 3, 3, 2], attributes: { pads: [1, 0, 1, 1] } },
  {
    title: 'Conv 2-d, strides, dilations',
    op: 'Conv',
    x: [1, 2, 9, 8],
    w: [4, 2, 3, 3],
    attributes: { strides: [2, 1], dilations: [1, 2] },
  },
  { title: 'Conv 2-d, groups', op: 'Conv', x: [1, 4, 5, 5], w: [6, 2, 2, 2], attributes: { group: 2, strides: [2, 2] } },
  { title: 'Conv 2-d, depthwise', op: 'Conv', x: [1, 3, 5, 5], w: [3, 1, 3, 3], attributes: { group: 3, pads: [1, 1, 1, 1] } },
  { title: 'Conv 3-d', op: 'Conv', x: [1, 2, 3, 4, 3], w: [3, 2, 2, 2, 2], attributes: { pads: [0, 1, 0, 0, 0, 1] } },
  { title: 'ConvTranspose 1-d', op: 'ConvTranspose', x: [1, 3, 4], w: [3, 2, 3], attributes: { strides: [2] } },
  {
    title: 'ConvTranspose 2-d',
    op: 'ConvTranspose',
    x: [1, 3, 4, 3],
    w: [3, 2, 3, 3],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 0] },
  },
  { title: 'ConvTranspose 2-d, groups', op: 'ConvTranspose', x: [1, 4, 3, 3], w: [4, 2, 2, 2], attributes: { group: 2 } },
  { title: 'ConvTranspose 3-d', op: 'ConvTranspose', x: [1, 2, 2, 3, 2], w: [2, 2, 2, 2, 2], attributes: { strides: [2, 1, 1] } },
];

const rules: readonly (readonly [string, RuleParameters])[] = [
  ['zero', {}],
  ['epsilon', { epsilon: 0.1 }],
  ['gamma', { gamma: 0.25 }],
  ['z-plus', {}],
  ['alpha-beta', { alpha: 2, beta: 1 }],
  ['alpha-beta', { alpha: 1, beta: 0 }],
  ['z-box', { low: -1.5, high: 2 }],
  ['w-square', {}],
  ['flat', {}],
];

describe.each(layers)('$title', (layer) => {
  describe.each(['with bias', 'without bias', 'bias ignored'] as const)('%s', (mode) => {
    it.each(rules)('%s %o', async (name, parameters) => {
      const random = randomOf(`${layer.title} ${mode} ${name}`);
      const draw = (count: number) => Array.from({ length: count }, () => Math.fround(2 * random() - 1));
      const { op, w: shape, attributes = {} } = layer;
      const weights = draw(elementCount(shape));
      const channels = op === 'Conv' ? shape[0]! : op === 'ConvTranspose' ? shape[1]! * ((attributes.group as number) ?? 1) : 15;
      const bias = mode === 'without bias' ? undefined : draw(channels);
      const input = draw(elementCount(layer.x));
      const { matrix, connected, outputs } = matrixOf(layer, weights);
      const perOutput = outputs.map((_, o) => (bias ? bias[Math.floor((o * channels) / outputs.length)]! : 0));
      const seed = draw(outputs.length);
      const given = { ...parameters, ...(mode === 'bias ignored' && { bias: 'ignore' as const }) };
      const { relevance } = await runRelevance({
        shape: layer.x,
        input,
        network: (b, x) => {
          const operands = [x, tensor(b, weights, shape), ...(bias && op !== 'MatMul' ? [tensor(b, bias)] : [])];
          const y = b.op(op, operands, attributes);
          return bias && op === 'MatMul' ? b.add(tensor(b, bias), y) : y;
        },
        composite: [{ match: { kind: 'linear' }, rule: ruleNamed(name, given) }],
        seed,
      });
      const expected = naive(name, given, { matrix, connected, bias: perOutput, x: input, relevance: seed });
      const scale = Math.max(...expected.map(Math.abs));
      expect(Math.max(...expected.map((value, i) => Math.abs(value - relevance[i]!))) / scale).toBeLessThan(2e-4);
    });
  });
});

describe('stabilisers', () => {
  // One neuron with z = 2 and one with z = -2: each share is R z / stab(z).
  it.each<[string, RuleParameters, number, number]>([
    ['adds epsilon in the direction of z', { stabiliser: 1 }, 2 / 3, 2 / 3],
    ['keeps |z| above epsilon', { stabiliser: 3, clip: true }, 2 / 3, 2 / 3],
    ['keeps z where it is larger', { stabiliser: 1, clip: true }, 1, 1],
    ['counts in root mean squares', { stabiliser: 1, scaled: true }, 0.5, 0.5],
  ])('%s', async (_, parameters, first, second) => {
    const { relevance } = await runRelevance({
      shape: [1, 2],
      input: [1, 1],
      network: (b, x) =>
        b.matMul(
          x,
          tensor(b, [
            [2, 0],
            [0, -2],
          ]),
        ),
      composite: [{ match: { kind: 'dense' }, rule: ruleNamed('zero', parameters) }],
      seed: [1, 1],
    });
    expect(relevance[0]).toBeCloseTo(first, 5);
    expect(relevance[1]).toBeCloseTo(second, 5);
  });

  it.each(['zero', 'epsilon', 'gamma', 'z-plus', 'alpha-beta', 'w-square', 'flat', 'z-box'])(
    '%s is finite where nothing is to be shared out',
    async (name) => {
      const { relevance } = await runRelevance({
        shape: [1, 2],
        input: [0, 0],
        network: (b, x) =>
          b.matMul(
            x,
            tensor(b, [
              [0, 1],
              [0, -1],
            ]),
          ),
        composite: [{ match: { kind: 'dense' }, rule: ruleNamed(name, name === 'epsilon' ? { epsilon: 0 } : {}) }],
        seed: [1, 1],
      });
      expect(relevance.every(Number.isFinite)).toBe(true);
    },
  );
});

describe('wrong parameters', () => {
  it.each<[string, RuleParameters, RegExp]>([
    ['gama', {}, /no relevance rule "gama"; did you mean "gamma"/],
    ['alpha-beta', { alpha: 2, beta: 2 }, /alpha - beta must be 1, not 2 - 2 = 0/],
    ['epsilon', { epsilon: -1 }, /epsilon must be a number of at least 0, not -1/],
    ['flat', { gamma: 1 }, /flat has no parameter "gamma"/],
  ])('%s %o', (name, parameters, message) => {
    expect(() => ruleNamed(name, parameters)).toThrow(message);
  });
});

interface Dense {
  /** Outputs by inputs. */
  readonly matrix: readonly (readonly number[])[];
  readonly connected: readonly (readonly number[])[];
  readonly bias: readonly number[];
  readonly x: readonly number[];
  readonly relevance: readonly number[];
}

const plus = (value: number) => Math.max(value, 0);
const minus = (value: number) => Math.min(value, 0);

/** The rule's formula, element by element. */
function naive(name: string, given: RuleParameters, { matrix, connected, bias, x, relevance }: Dense): number[] {
  const absorbed = given.bias !== 'ignore';
  const share = (
    term: (w: number, xi: number, c: number) => number,
    ofBias: (b: number) => number,
    outputs: (y: number) => boolean = () => true,
    epsilon = name === 'zero' ? 1e-9 : (given.epsilon ?? 1e-6),
  ): number[] => {
    const result = new Array<number>(x.length).fill(0);
    matrix.forEach((row, j) => {
      const y = sum(row.map((w, i) => w * x[i]!)) + bias[j]!;
      if (!outputs(y)) return;
      const parts = row.map((w, i) => term(w, x[i]!, connected[j]![i]!));
      const z = sum(parts) + (absorbed ? ofBias(bias[j]!) : 0);
      const s = relevance[j]! / (z + epsilon * (z >= 0 ? 1 : -1));
      parts.forEach((part, i) => {
        result[i] = result[i]! + part * s;
      });
    });
    return result;
  };
  const both = (first: number[], second: number[], factors: readonly [number, number] = [1, 1]) =>
    first.map((value, i) => factors[0] * value + factors[1] * second[i]!);
  const none = () => 0;
  switch (name) {
    case 'zero':
    case 'epsilon':
      return share(
        (w, xi) => w * xi,
        (b) => b,
      );
    case 'z-plus':
      return share((w, xi) => plus(w * xi), plus);
    case 'alpha-beta':
      return both(
        share((w, xi) => plus(w * xi), plus),
        share((w, xi) => minus(w * xi), minus),
        [given.alpha!, -given.beta!],
      );
    case 'gamma': {
      const gamma = given.gamma!;
      return both(
        share(
          (w, xi) => w * xi + gamma * plus(w * xi),
          (b) => b + gamma * plus(b),
          (y) => y > 0,
        ),
        share(
          (w, xi) => w * xi + gamma * minus(w * xi),
          (b) => b + gamma * minus(b),
          (y) => y < 0,
        ),
      );
    }
    case 'z-box':
      return share((w, xi) => w * xi - plus(w) * (given.low as number) - minus(w) * (given.high as number), none);
    case 'w-square':
      return share(
        (w) => w * w,
        (b) => b * b,
      );
    default:
      return share((_, __, c) => c, none);
  }
}

/** The matrix of a layer, from loops over its windows; and which inputs reach which outputs. */
function matrixOf({ op, x, w, attributes = {} }: LayerCase, weights: readonly number[]) {
  const inputs = elementCount(x);
  if (op === 'Gemm' || op === 'MatMul') {
    const [rows, columns] = op === 'Gemm' ? [w[0]!, w[1]!] : [w[1]!, w[0]!];
    const at = (j: number, i: number) => (op === 'Gemm' ? weights[j * columns + i]! : weights[i * rows + j]!);
    const matrix = Array.from({ length: rows }, (_, j) => Array.from({ length: columns }, (__, i) => at(j, i)));
    return { matrix, connected: matrix.map((row) => row.map(() => 1)), outputs: matrix };
  }
  const spatial = x.length - 2;
  const list = (key: string, length: number, fallback: number) =>
    (attributes[key] as readonly number[] | undefined) ?? new Array<number>(length).fill(fallback);
  const [strides, dilations, pads, extra] = [
    list('strides', spatial, 1),
    list('dilations', spatial, 1),
    list('pads', 2 * spatial, 0),
    list('output_padding', spatial, 0),
  ];
  const group = (attributes.group as number | undefined) ?? 1;
  const transposed = op === 'ConvTranspose';
  const [inChannels, outChannels] = [x[1]!, transposed ? w[1]! * group : w[0]!];
  const sizes = x.slice(2).map((size, i) => {
    const reach = (w[i + 2]! - 1) * dilations[i]! + 1;
    return transposed
      ? (size - 1) * strides[i]! + reach - pads[i]! - pads[i + spatial]! + extra[i]!
      : Math.floor((size + pads[i]! + pads[i + spatial]! - reach) / strides[i]!) + 1;
  });
  const y = [outChannels, ...sizes];
  const matrix = Array.from({ length: elementCount(y) }, () => new Array<number>(inputs).fill(0));
  const connected = matrix.map((row) => [...row]);
  // A place of the strided grid and a tap of the kernel meet a place of the dense grid.
  const strided = transposed ? x.slice(1) : y;
  const dense = transposed ? y : x.slice(1);
  for (const place of places(strided)) {
    for (const tap of places(w.slice(2))) {
      const at = tap.map((t, i) => place[i + 1]! * strides[i]! + t * dilations[i]! - pads[i]!);
      if (at.some((p, i) => p < 0 || p >= dense[i + 1]!)) continue;
      for (let channel = 0; channel < dense[0]!; channel++) {
        const [input, output] = transposed ? [place, [channel, ...at]] : [[channel, ...at], place];
        const groupOf = (c: number, count: number) => Math.floor((c * group) / count);
        if (groupOf(input[0]!, inChannels) !== groupOf(output[0]!, outChannels)) continue;
        const index = transposed
          ? [input[0]!, output[0]! % (outChannels / group), ...tap]
          : [output[0]!, input[0]! % (inChannels / group), ...tap];
        const [j, i] = [flat(output, y), flat(input, x.slice(1))];
        matrix[j]![i] = weights[flat(index, w)]!;
        connected[j]![i] = 1;
      }
    }
  }
  return { matrix, connected, outputs: matrix };
}

const flat = (index: readonly number[], shape: readonly number[]) =>
  stridesOf(shape).reduce((at, stride, i) => at + stride * index[i]!, 0);

const places = (shape: readonly number[]): number[][] =>
  Array.from({ length: elementCount(shape) }, (_, at) =>
    stridesOf(shape).map((stride, i) => Math.floor(at / stride) % shape[i]!),
  );
