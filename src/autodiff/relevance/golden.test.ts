/** Numbers worked out in double precision with the reference library: notes 5B, 5C and 5D. */
import { describe, expect, it } from 'vitest';
import { flatten, type NestedList, type Network, runRelevance, tensor } from '../../../test/relevance-scene.js';
import type { Entry } from './composite.js';
import { compositeNamed } from './composites.js';
import type { RelevanceRule } from './rule.js';
import { ruleNamed } from './rule-names.js';

const linear = (rule: RelevanceRule): readonly Entry[] => [{ match: { kind: 'linear' }, rule }];

function expectClose(actual: readonly number[], expected: NestedList, tolerance = 2e-6): void {
  const wanted = flatten(expected);
  expect(actual).toHaveLength(wanted.length);
  const scale = Math.max(...wanted.map(Math.abs));
  const worst = Math.max(...wanted.map((value, i) => Math.abs(value - actual[i]!))) / scale;
  expect(worst, `${actual} instead of ${wanted}`).toBeLessThan(tolerance);
}

describe('a dense layer', () => {
  const network: Network = (b, x) =>
    b.op(
      'Gemm',
      [
        x,
        tensor(b, [
          [1, -2, 3],
          [-1, 0.5, 2],
        ]),
        tensor(b, [0.5, -1]),
      ],
      { transB: 1 },
    );
  it.each<[string, Parameters<typeof ruleNamed>, number[]]>([
    ['epsilon', ['epsilon'], [1.93333264, 0.73333312, -0.54999972]],
    ['epsilon 0.25', ['epsilon', { epsilon: 0.25 }], [1.77454545, 0.68363636, -0.48727273]],
    ['epsilon 0.25, no bias', ['epsilon', { epsilon: 0.25, bias: 'ignore' }], [2.63354037, 0.91925466, -0.88198758]],
    ['gamma', ['gamma'], [1.81481433, 0.70370355, -0.34259245]],
    ['gamma, no bias', ['gamma', { bias: 'ignore' }], [2.71657638, 0.95187133, -0.66844879]],
    ['gamma 1', ['gamma', { gamma: 1 }], [1.66666642, 0.66666658, -0.0833333]],
    ['z-plus', ['z-plus'], [0.33333328, 0.33333328, 2.24999796]],
    ['z-plus, no bias', ['z-plus', { bias: 'ignore' }], [0.3636363, 0.3636363, 2.27272522]],
    ['alpha 1 beta 0', ['alpha-beta', { alpha: 1, beta: 0 }], [0.33333328, 0.33333328, 2.24999796]],
    ['alpha 2 beta 1', ['alpha-beta'], [-0.47619026, 0.38095235, 4.49999592]],
    ['alpha 2 beta 1, no bias', ['alpha-beta', { bias: 'ignore' }], [-0.87272676, 0.32727276, 4.54545045]],
    ['z-box', ['z-box', { low: -3, high: 3 }], [0.43498815, 0.56264771, 2.00236387]],
    ['w-square', ['w-square'], [0.39017538, 0.36070172, 1.9115787]],
    ['w-square, no bias', ['w-square', { bias: 'ignore' }], [0.45238087, 0.38095234, 2.16666633]],
    ['flat', ['flat'], [1, 1, 1]],
  ])('%s', async (_, rule, expected) => {
    const { relevance } = await runRelevance({
      shape: [1, 3],
      input: [2, -1, 0.5],
      network,
      composite: linear(ruleNamed(...rule)),
      seed: [1, 2],
    });
    expectClose(relevance, expected);
  });
});

describe('layers without weights', () => {
  const norm: readonly Entry[] = [{ match: {}, rule: ruleNamed('norm') }];

  it('average pooling: in proportion to the values', async () => {
    const { relevance } = await runRelevance({
      shape: [1, 1, 2, 2],
      input: [1, -2, 3, 0],
      network: (b, x) => b.op('AveragePool', [x], { kernel_shape: [2, 2] }),
      composite: norm,
      seed: [4],
    });
    expectClose(
      relevance,
      [
        [2, -4],
        [6, 0],
      ],
      1e-5,
    );
  });

  it('a sum: in proportion to the operands', async () => {
    const { relevance } = await runRelevance({
      shape: [1, 4],
      input: [3, -1, 2, 2],
      network: (b, x) => {
        const part = (start: number) => b.slice(x, { starts: [start], ends: [start + 2], axes: [1] });
        return b.add(part(0), part(2));
      },
      composite: norm,
      seed: [1, 4],
    });
    // x is (3, -1, 2, 2): sums 5 and 1, so 3/5, -4, 2/5 and 8.
    expectClose(relevance, [0.6, -4, 0.4, 8], 1e-5);
  });
});

const image = [
  [1, -1, 2, 0],
  [0.5, 1, -2, 1],
  [2, 0, 1, -1],
  [-1, 1, 0.5, 2],
];

describe('flat at the border', () => {
  it('shares among the places that are there', async () => {
    const { relevance } = await runRelevance({
      shape: [1, 1, 4, 4],
      input: new Array<number>(16).fill(0.3),
      network: (b, x) => b.op('Conv', [x, tensor(b, new Array<number>(18).fill(0.5), [2, 1, 3, 3])], { pads: [1, 1, 1, 1] }),
      composite: linear(ruleNamed('flat')),
      seed: new Array<number>(32).fill(1),
    });
    const [corner, edge, centre] = [1.388889, 1.944444, 2.722222];
    const rows = [
      [corner, edge, edge, corner],
      [edge, centre, centre, edge],
    ];
    expectClose(relevance, [...rows, ...rows.toReversed()]);
  });
});

describe('a network of convolution, pooling and two dense layers', () => {
  const network: Network = (b, x) => {
    const kernels = [
      [
        [
          [1, 0, -1],
          [2, 1, -2],
          [1, 0, -1],
        ],
      ],
      [
        [
          [-1, -1, 0],
          [0, 2, 0],
          [0, 1, -1],
        ],
      ],
    ];
    const conv = b.relu(b.op('Conv', [x, tensor(b, kernels), tensor(b, [0.5, -0.5])], { pads: [1, 1, 1, 1] }));
    const pooled = b.node('MaxPool', [conv], { kernel_shape: [2, 2], strides: [2, 2] }, { outputs: 2 }).output();
    const first = [
      [1, -1, 2, 0, 1, 1, -1, 0.5],
      [-1, 2, 0, 1, -0.5, 1, 1, 1],
      [0.5, 0.5, -1, 1, 2, -1, 0, 1],
    ];
    const hidden = b.relu(b.op('Gemm', [b.op('Flatten', [pooled]), tensor(b, first), tensor(b, [0.25, -1, 0.5])], { transB: 1 }));
    return b.op(
      'Gemm',
      [
        hidden,
        tensor(b, [
          [1, -1, 2],
          [-1, 1, 0.5],
        ]),
        tensor(b, [0.1, -0.2]),
      ],
      { transB: 1 },
    );
  };
  it.each<[string, Parameters<typeof compositeNamed>, NestedList]>([
    [
      'epsilon-plus',
      ['epsilon-plus'],
      [
        [2.052631, 0, -5.444442, 0],
        [4.80263, 2.052631, 8.210524, 0],
        [7.605261, 0, 1, 1.05],
        [0, 0, 1, 6.199998],
      ],
    ],
    [
      'epsilon-plus, no bias',
      ['epsilon-plus', { bias: 'ignore' }],
      [
        [2.118232, 0, -5.228941, 0],
        [4.924987, 2.118232, 8.418273, 0],
        [7.881817, 0, 1.382338, 1.217608],
        [0, 0, 1.382338, 7.635106],
      ],
    ],
    [
      'epsilon-plus-flat',
      ['epsilon-plus-flat'],
      [
        [3.541666, 3.374999, 0.75, -1.416666],
        [3.208333, 3.041666, 0.75, -1.416666],
        [3.208333, 3.208333, 4.604165, 2.437499],
        [-0.333333, -0.333333, 2.437499, 2.437499],
      ],
    ],
    [
      'epsilon-alpha2-beta1-flat',
      ['epsilon-alpha2-beta1-flat'],
      [
        [3.541666, 3.374999, 0.75, -1.416666],
        [3.208333, 3.041666, 0.75, -1.416666],
        [3.208333, 3.208333, 4.604165, 2.437499],
        [-0.333333, -0.333333, 2.437499, 2.437499],
      ],
    ],
    [
      'epsilon-alpha2-beta1',
      ['epsilon-alpha2-beta1'],
      [
        [-1.394734, 0, -23.888878, 0],
        [9.938593, 4.105262, 21.992474, 0.285714],
        [15.210521, 0, -7.999995, 2.099999],
        [0.666666, 0.666666, 1.999999, 12.399997],
      ],
    ],
    [
      'epsilon-gamma-box',
      ['epsilon-gamma-box', { low: [-2], high: [2] }],
      [
        [3.124999, 0, -4.888888, -1],
        [7.239129, 2.4375, 6.499999, -0.111111],
        [4.608695, 1.375, 2.375, 1.3125],
        [-0.173913, -0.173913, 1.875, 4.999999],
      ],
    ],
    [
      'excitation-backprop',
      ['excitation-backprop'],
      [
        [0.886555, 0, 1.727646, 0],
        [2.809258, 0.886555, 4.883754, 0],
        [7.624815, 0, 1.253937, 1.111824],
        [0, 0, 1.253937, 6.955169],
      ],
    ],
  ])('%s', async (_, composite, expected) => {
    for (const prune of [true, false]) {
      const { output, relevance } = await runRelevance({
        shape: [1, 1, 4, 4],
        input: flatten(image),
        network,
        composite: compositeNamed(...composite),
        seed: (b, y) => b.mul(y, tensor(b, [[1, 0]])),
        options: { prune, seedsVanish: true },
      });
      expectClose(output, [31.85, -1.95]);
      expectClose(relevance, expected);
    }
  });
});

describe('a residual block with batch normalisation', () => {
  const network: Network = (b, x) => {
    const conv = b.op('Conv', [x, tensor(b, [1, -1, 0.5, 2], [2, 2, 1, 1]), tensor(b, [0.5, -0.25])]);
    const statistics = [
      [2, 0.5],
      [-0.5, 1],
      [0.25, -0.5],
      [4, 0.25],
    ].map((values) => tensor(b, values));
    const normal = b.op('BatchNormalization', [conv, ...statistics], { epsilon: { float: 1e-5 } });
    const pooled = b.op('GlobalAveragePool', [b.relu(b.add(x, normal))]);
    return b.op(
      'Gemm',
      [
        b.op('Flatten', [pooled]),
        tensor(b, [
          [1, 2],
          [-1, 0.5],
        ]),
        tensor(b, [0.5, 0]),
      ],
      { transB: 1 },
    );
  };
  const walk = (
    composite: Parameters<typeof compositeNamed>[0],
    options: Parameters<typeof compositeNamed>[1],
    batchNorm: 'before' | 'none' = 'before',
  ) =>
    runRelevance({
      shape: [1, 2, 2, 2],
      input: [1, -1, 2, 0.5, -0.5, 1, 1, 2],
      network,
      composite: compositeNamed(composite, options),
      seed: (b, y) => b.mul(y, tensor(b, [[1, 0]])),
      options: { batchNorm, seedsVanish: true },
    });
  // The reference left a factor of 1/sqrt(1 + eps) in merged layers: 5e-6.
  it.each<[string, Parameters<typeof walk>, number[]]>([
    ['epsilon-plus', ['epsilon-plus', {}], [0.565472, 0, 1.187485, 0.124997, -0.145833, 1.346133, 1.499974, 2.999948]],
    [
      'epsilon-plus, not merged',
      ['epsilon-plus', {}, 'none'],
      [0.781249, 0, 1.358321, 0.161762, -0.171874, 1.874981, 1.916644, 3.588191],
    ],
    ['epsilon', ['epsilon', {}], [0.74999, -0.249994, 1.499982, 0.124997, -0.624985, 1.499974, 1.249976, 2.999948]],
    [
      'epsilon-alpha2-beta1',
      ['epsilon-alpha2-beta1', {}],
      [0.880945, -1.374972, 1.87497, 0.249994, -0.416666, 2.192265, 2.34995, 4.999897],
    ],
    [
      'epsilon-gamma-box',
      ['epsilon-gamma-box', { low: [-2], high: [2] }],
      [0.545452, 0.105767, 1.181237, 0.371613, 0.142045, 1.769207, 2.131216, 3.378326],
    ],
  ])('%s', async (_, given, expected) => {
    const { output, relevance } = await walk(...given);
    expectClose(output, [10.124907, 0.843728]);
    expectClose(relevance, expected, 2e-5);
  });
});

describe('a grouped convolution with stride', () => {
  const input = [...flatten(image), ...flatten(image).map((value) => 0.25 - value)];
  const network: Network = (b, x) => {
    const kernels = [
      [
        [
          [1, -1, 0],
          [2, 1, -2],
          [0, 1, -1],
        ],
      ],
      [
        [
          [-1, 0, 1],
          [1, -2, 1],
          [0.5, 0, -0.5],
        ],
      ],
    ];
    return b.op('Conv', [x, tensor(b, kernels), tensor(b, [0.5, -1])], { strides: [2, 2], pads: [1, 1, 1, 1], group: 2 });
  };
  const walk = (...rule: Parameters<typeof ruleNamed>) =>
    runRelevance({
      shape: [1, 2, 4, 4],
      input,
      network,
      composite: linear(ruleNamed(...rule)),
      seed: [1, 2, -1, 0.5, 1, 1, 2, -1],
    });

  it.each<[string, Parameters<typeof ruleNamed>, NestedList]>([
    [
      'z-plus',
      ['z-plus'],
      [
        [0.25, 0.5, 1.599999, 0],
        [0.125, 0.071429, 0.142857, 0],
        [-0.8, 0, 0.071429, 0.142857],
        [0, 0, 0.035714, 0],
      ],
    ],
    [
      'alpha-beta',
      ['alpha-beta'],
      [
        [0.5, 0.2, 3.199999, 0],
        [0.45, -0.857142, -0.514286, -0.4],
        [-1.599999, 0, 0.142857, 0.285714],
        [0.4, 0.4, 0.071429, -0.5],
      ],
    ],
    [
      'gamma',
      ['gamma'],
      [
        [0.3125, 1.958333, -1.066666, 0],
        [0.15625, -0.157407, 1.518518, 0.666666],
        [0, 0, 0.092593, 0.185185],
        [0, 0, 0.046296, -0.148148],
      ],
    ],
    [
      'z-box',
      ['z-box', { low: -2, high: 2 }],
      [
        [0.24, 0.843636, 0.727273, 0.727273],
        [0.069565, 0.146667, 0.088889, 0.181818],
        [-0.347826, -0.258937, 0.066667, 0.133333],
        [-0.086957, -0.086957, 0.055556, 0],
      ],
    ],
    [
      'w-square',
      ['w-square'],
      [
        [0.137931, 1.262835, 0.177778, 0.711111],
        [0.016719, 0.175667, 0.215514, 0.177778],
        [-0.121212, -0.333905, 0.037736, 0.150943],
        [-0.121212, -0.121212, 0.037736, 0.037736],
      ],
    ],
    [
      'flat',
      ['flat'],
      [
        [0.25, 0.583333, 0.333333, 0.333333],
        [0.083333, 0.472222, 0.388889, 0.388889],
        [-0.166667, -0.111111, 0.055556, 0.055556],
        [-0.166667, -0.111111, 0.055556, 0.055556],
      ],
    ],
  ])('%s', async (_, rule, expected) => {
    const { relevance } = await walk(...rule);
    expectClose(relevance.slice(0, 16), expected, 3e-6);
  });

  it('stays finite where an output is zero', async () => {
    const { relevance } = await walk('epsilon');
    expect(relevance.every(Number.isFinite)).toBe(true);
    expect(Math.max(...relevance.slice(0, 16).map(Math.abs))).toBeGreaterThan(1e5);
  });
});

describe('a transposed convolution', () => {
  const network: Network = (b, x) =>
    b.op('ConvTranspose', [x, tensor(b, [1, -1, 0.5, 2], [1, 1, 2, 2]), tensor(b, [0.25])], { strides: [2, 2] });
  it.each<[string, NestedList]>([
    [
      'epsilon',
      [
        [12.133322, 24.850775],
        [43.69989, 51.46188],
      ],
    ],
    [
      'z-plus',
      [
        [9.466659, 3.555554],
        [23.69997, 38.370976],
      ],
    ],
    [
      'gamma',
      [
        [11.966658, 24.059928],
        [40.366598, 51.228118],
      ],
    ],
    [
      'flat',
      [
        [13.999986, 21.999978],
        [45.999954, 53.999946],
      ],
    ],
  ])('%s', async (rule, expected) => {
    const seed = Array.from({ length: 16 }, (_, i) => i + 1);
    const { relevance } = await runRelevance({
      shape: [1, 1, 2, 2],
      input: [1, -2, 0.5, 3],
      network,
      composite: linear(ruleNamed(rule)),
      seed,
    });
    expectClose(relevance, expected);
  });
});
