/** Path methods and DeepLIFT: golden values of the research notes (Captum, PAIR), and completeness. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { array, explained, goldenInput, goldenNet, network, oneConv, runtime, sixteen, sum } from '../../test/networks.js';
import { explain } from '../explain/explain.js';
import type { Value } from '../onnx/graph.js';
import type { GivenOptions } from '../options.js';
import { openModelFile } from '../runtime/node/index.js';
import { decodeNpy } from '../tensor/npy.js';
import type { FloatArray } from '../tensor/tensor.js';
import { quadrature, quadratureRules } from './quadrature.js';

const near = (got: ArrayLike<number>, wanted: readonly number[], digits = 4) => {
  expect(got.length).toBe(wanted.length);
  for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, digits);
};

describe('integrated gradients of the golden net, by Captum', () => {
  it.each<[string, number, number[]]>([
    ['left', 4, [0, 1, -12.5, 0, 5.5, 2.25, 13, 0, 6, 0, -2.125, 2.125, 1, 1.5, 0.75, 5]],
    ['right', 4, [-1.125, 0, -18, 0, 7.875, 3, 18, 1, 8.25, 0, -3.5, 1.5, 1.5, 1.5, 1, 8]],
    ['middle', 4, [-1.125, 0, -18, 0, 7.875, 3, 18, 1, 8.25, 0, -3.125, 1.125, 1.5, 1.5, 1, 6.5]],
    [
      'gauss-legendre',
      50,
      [-1.06296, 0, -18, 0, 7.716006, 3, 18, 1, 8.901554, 0, -3.323764, 1.323764, 1.306092, 1.306092, 1, 7.295055],
    ],
  ])('%s, %i steps', async (rule, steps, expected) => {
    const { attribution, rows } = await explained(goldenNet, 'integrated-gradients', goldenInput, {
      targets: [0],
      options: { rule, steps },
    });
    near(attribution.data, expected);
    expect(rows[0]!.completeness!.expected).toBeCloseTo(28.5, 4);
    expect(rows[0]!.completeness!.sum).toBeCloseTo(sum(expected), 3);
  });

  it("trapezoid weights add up to (n - 1) / n, as Captum's", async () => {
    const { attribution } = await explained(goldenNet, 'integrated-gradients', goldenInput, {
      targets: [0],
      options: { rule: 'trapezoid', steps: 4 },
    });
    expect(sum(attribution.data)).toBeCloseTo(21, 3);
    expect(sum(quadrature('trapezoid', 50).weights)).toBeCloseTo(0.98, 12);
  });

  it.each(quadratureRules)('%s integrates a constant, and nodes lie on the way', (rule) => {
    for (const n of [1, 2, 7, 50]) {
      const { nodes, weights } = quadrature(rule, n);
      if (rule !== 'trapezoid') expect(sum(weights)).toBeCloseTo(1, 12);
      expect(Math.min(...nodes)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...nodes)).toBeLessThanOrEqual(1);
    }
  });

  it('Gauss and Legendre integrate polynomials of degree 2 n - 1', () => {
    const { nodes, weights } = quadrature('gauss-legendre', 3);
    for (let k = 0; k <= 5; k++) expect(sum(nodes.map((x, i) => weights[i]! * x ** k))).toBeCloseTo(1 / (k + 1), 12);
  });

  it('averages over several baselines, and takes blur, mean and random ones', async () => {
    const zero = await explained(goldenNet, 'integrated-gradients', goldenInput, { targets: [0], options: { steps: 8 } });
    const ones = array(new Array(16).fill(1), [1, 1, 4, 4]);
    const one = await explained(goldenNet, 'integrated-gradients', goldenInput, {
      targets: [0],
      options: { steps: 8, baseline: 1 },
    });
    const both = array([...new Array(16).fill(0), ...ones.data], [2, 1, 4, 4]);
    const mean = await explained(goldenNet, 'integrated-gradients', goldenInput, {
      targets: [0],
      options: { steps: 8, baseline: both },
    });
    near(
      mean.attribution.data,
      [...zero.attribution.data].map((value, i) => (value + one.attribution.data[i]!) / 2),
    );
    expect(mean.options.baseline).toBe('array [2, 1, 4, 4]');
    for (const baseline of ['blur', 'mean', 'random']) {
      const { rows } = await explained(goldenNet, 'integrated-gradients', goldenInput, {
        targets: [0],
        options: { baseline, steps: 200, baselines: 2 },
      });
      const { sum: got, expected } = rows[0]!.completeness!;
      expect(got).toBeCloseTo(expected, 0);
    }
  });

  it('gives each row of a batch its own baseline, where there are as many', async () => {
    const rows = array([...goldenInput.data, ...goldenInput.data], [2, 1, 4, 4]);
    const baseline = array([...new Array(16).fill(0), ...new Array(16).fill(1)], [2, 1, 4, 4]);
    for (const method of ['integrated-gradients', 'deeplift', 'guided-integrated-gradients']) {
      const both = await explained(goldenNet, method, rows, { targets: [0], options: { baseline } });
      for (const [i, value] of [0, 1].entries()) {
        const one = await explained(goldenNet, method, goldenInput, { targets: [0], options: { baseline: value } });
        near(both.attribution.data.slice(16 * i, 16 * i + 16), [...one.attribution.data]);
      }
    }
  });

  it.each<[GivenOptions, RegExp]>([
    [{ baseline: 'black' }, /baseline is a number, or a \.npy file, mean, blur, random, not "black"/],
    [{ baseline: array([1, 2], [1, 1, 1, 2]) }, /the baseline has the shape \[1, 1, 1, 2\], and the input \[1, 1, 4, 4\]/],
    [{ baseline: array([...new Array(15).fill(0), Number.NaN], [1, 1, 4, 4]) }, /the baseline is not finite: element 15 is NaN/],
    [{ steps: 0 }, /steps must be at least 1/],
    [{ rule: 'simpson' }, /rule cannot be "simpson"/],
  ])('refuses %j', async (options, message) => {
    await expect(explained(goldenNet, 'integrated-gradients', goldenInput, { options })).rejects.toThrow(message);
  });
});

describe('DeepLIFT', () => {
  it("of Captum's convolution", async () => {
    const { data } = (await explained(oneConv, 'deeplift', sixteen, { targets: [0] })).attribution;
    near(data.slice(0, 4), [0, 0.074074, 0.148148, 0.222222]);
    near(data.slice(12), [3.703704, 7.623457, 8.209877, 4.166667]);
  });

  it('of the golden net adds up to the difference of 28.5', async () => {
    const { attribution, rows } = await explained(goldenNet, 'deeplift', goldenInput, { targets: [0] });
    near(attribution.data, [-1.125, 0, -18, 0, 7.791667, 3, 18, 1, 8.916667, 0, -3.3125, 1.3125, 1.333333, 1.333333, 1, 7.25]);
    expect(rows[0]!.completeness).toEqual({ sum: expect.closeTo(28.5, 3), expected: expect.closeTo(28.5, 4) });
  });

  it('shares a maximum as Captum describes it', async () => {
    const pool = network(['N', 1, 2, 4], ({ b, x }) => {
      const pooled = b.op('MaxPool', [x], { kernel_shape: [1, 4], strides: [1, 4] });
      return b.reduceSum(b.op('Flatten', [pooled], { axis: 1 }), [1]);
    });
    const baseline = array([1, 2, 3, 9, 4, 8, 6, 7], [1, 1, 2, 4]);
    const { data } = (await explained(pool, 'deeplift', array(new Array(8).fill(1), [1, 1, 2, 4]), { options: { baseline } }))
      .attribution;
    near(data, [0, 0, 0, -8, 0, -7, 0, 0]);
  });

  it('rescale and reveal-cancel of two inputs that cancel', async () => {
    // o = min(i1, i2) = i1 - relu(i1 - i2), figure 2 of the paper: at (2, 1) rescale gives (1, 0) ... reveal-cancel (0.5, 0.5).
    const net = network(['N', 1, 1, 2], ({ b, x, weight }) => {
      const flat = b.op('Flatten', [x], { axis: 1 });
      const difference = b.relu(b.matMul(flat, weight([1, -1], [2, 1])));
      return b.sub(b.matMul(flat, weight([1, 0], [2, 1])), difference);
    });
    const input = array([2, 1], [1, 1, 1, 2]);
    near((await explained(net, 'deeplift', input)).attribution.data, [0, 1]);
    const revealed = await explained(net, 'deeplift', input, { options: { variant: 'reveal-cancel' } });
    near(revealed.attribution.data, [0.5, 0.5]);
    expect(revealed.rows[0]!.completeness!.expected).toBeCloseTo(1, 5);
  });

  const folder = new URL('../../test/fixtures/methods/', import.meta.url);
  const read = (file: string) => decodeNpy(readFileSync(new URL(file, folder)), file) as FloatArray;
  // Gates, softmax, layer norm, GELU, max pooling: operators with rules of their own.
  it.each([
    ['mobilenet-se-hardswish-opset13.onnx', 'mobilenet-hardswish-layer-cam.input.npy'],
    ['silu-opset17.onnx', 'silu-shapley-cam.input.npy'],
    ['convnext-opset17.onnx', 'convnext-integrated-gradients-middle-12.input.npy'],
    ['attention-pool-shuffle-opset17.onnx', 'attention-pool-grad-cam.input.npy'],
    ['resnet-bn-opset13.onnx', 'resnet-fem.input.npy'],
    ['densenet-bn-opset13.onnx', 'densenet-grad-cam-elementwise.input.npy'],
    ['unet-transpose-bilinear-opset13.onnx', 'unet-hires-cam-at-bottleneck.input.npy'],
  ])('is complete on %s, by either rule', async (file, input) => {
    const model = { ...openModelFile(new URL(file, folder).pathname), runtime: await runtime };
    for (const variant of ['rescale', 'reveal-cancel']) {
      const { rows } = await explain(model, 'deeplift', read(input), { options: { baseline: 0.1, variant } });
      for (const { completeness } of rows) expect(completeness!.sum).toBeCloseTo(completeness!.expected, 3);
    }
  });

  it('reveal-cancel passes a maximum on by the rescale rule', async () => {
    // Of max(i1, i2) - relu(max(i1, i2) - i3) the pool's winner has its whole change, which then cancels with i3's.
    const net = network(['N', 1, 1, 3], ({ b, x, weight }) => {
      const pooled = b.op('MaxPool', [b.slice(x, { starts: [0], ends: [2], axes: [3] })], { kernel_shape: [1, 2] });
      const both = b.op('Flatten', [b.concat([pooled, b.slice(x, { starts: [2], ends: [3], axes: [3] })], 3)], { axis: 1 });
      const difference = b.relu(b.matMul(both, weight([1, -1], [2, 1])));
      return b.sub(b.matMul(both, weight([1, 0], [2, 1])), difference);
    });
    const options = { variant: 'reveal-cancel' };
    const { attribution } = await explained(net, 'deeplift', array([2, 0.5, 1], [1, 1, 1, 3]), { options });
    near(attribution.data, [0.5, 0, 0.5]);
  });

  it('reveal-cancel without activations is rescale, whatever norm stands between', async () => {
    const net = network(['N', 4, 1, 3], ({ b, x, weight }) => {
      const tokens = b.transpose(b.squeeze(x, [2]), [0, 2, 1]);
      const normed = b.op('LayerNormalization', [tokens, weight([1, -2, 0.5, 3], [4]), weight([0, 1, 0, -1], [4])]);
      const [front, back] = b.node('Split', [normed, b.ints([1, 3])], { axis: 2 }, { outputs: 2 }).outputs as [Value, Value];
      const soft = b.op('Softmax', [b.matMul(b.concat([back, front], 2), weight([1, 2, -1, 0.5, 0, 1, 2, -2], [4, 2]))], {
        axis: -1,
      });
      return b.matMul(b.op('Flatten', [b.mul(soft, soft)], { axis: 1 }), weight([1, -1, 2, 0.5, 3, -2], [6, 1]));
    });
    const input = array([0.3, -1, 2, 0.7, 0.1, -0.4, 1.5, 0.2, -0.9, 0.6, -0.3, 1.1], [1, 4, 1, 3]);
    // Not a constant one: the norm divides by its deviation.
    const baseline = array([...input.data].reverse(), input.shape);
    const at = (variant: string) => explained(net, 'deeplift', input, { options: { baseline, variant } });
    const [rescale, revealed] = [await at('rescale'), await at('reveal-cancel')];
    expect(rescale.rows[0]!.completeness!.sum).toBeCloseTo(rescale.rows[0]!.completeness!.expected, 4);
    near(revealed.attribution.data, [...rescale.attribution.data]);
  });
});

describe('guided integrated gradients, by PAIR', () => {
  const plain = (f: Parameters<typeof network>[1]) => network(['N', 1, 1, 2], f);
  const linear = plain(({ b, x, weight }) => b.matMul(b.op('Flatten', [x], { axis: 1 }), weight([2, 1], [2, 1])));
  const squares = plain(({ b, x, weight }) => b.matMul(b.square(b.op('Flatten', [x], { axis: 1 })), weight([2, 1], [2, 1])));
  const squared = plain(({ b, x, weight }) => b.square(b.matMul(b.op('Flatten', [x], { axis: 1 }), weight([2, 1], [2, 1]))));
  const at = (...values: number[]) => array(values, [1, 1, 1, 2]);
  it.each([
    ['linear', linear, at(10, 5), { baseline: at(-1, -3) }, [22, 8], 3],
    ['linear from zero', linear, at(10, 5), {}, [20, 5], 3],
    ['squares', squares, at(3, 3), { steps: 400 }, [18, 9], 0],
    ['on the line', squared, at(3, 3), { 'max-distance': 0, steps: 2000 }, [54, 27], 0],
    ['anywhere', squared, at(3, 3), { 'max-distance': 1, fraction: 0.1, steps: 2000 }, [72, 9], 0],
  ] as const)('%s', async (_, net, input, options, expected, digits) => {
    const { attribution } = await explained(net, 'guided-integrated-gradients', input, { options: options as GivenOptions });
    near(attribution.data, expected, digits);
  });
});

describe('noise and blur', () => {
  it('smoothgrad without noise is the gradient; its variance is zero', async () => {
    const gradient = (await explained(goldenNet, 'gradient', goldenInput, { targets: [0] })).attribution.data;
    const options = { sigma: 0, samples: 3 };
    near((await explained(goldenNet, 'smoothgrad', goldenInput, { targets: [0], options })).attribution.data, [...gradient]);
    const squared = [...gradient].map((value) => value * value);
    near((await explained(goldenNet, 'smoothgrad-squared', goldenInput, { targets: [0], options })).attribution.data, squared, 3);
    near(
      (await explained(goldenNet, 'vargrad', goldenInput, { targets: [0], options })).attribution.data,
      squared.map(() => 0),
      3,
    );
  });

  it('blur integrated gradients add up', async () => {
    const { rows } = await explained(goldenNet, 'blur-integrated-gradients', goldenInput, {
      targets: [0],
      options: { steps: 2000, 'max-sigma': 20 },
    });
    const { sum: got, expected } = rows[0]!.completeness!;
    expect(Math.abs(got - expected)).toBeLessThan(0.1 * Math.abs(expected));
  });
});
