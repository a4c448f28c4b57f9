import { describe, expect, it } from 'vitest';
import { array, explained, network, sum } from '../../test/networks.js';
import { classActivation } from './class-activation.js';

/** The fixture of the research notes, computed with the functions of pytorch-grad-cam. */
const activations = [1, 2, 0, 0, 3, 1, 0.5, 0, 1, 2, 0, 0, 0, 1, 0, 0, 0, 4];
const gradients = [0.2, -0.1, 0.4, 0, 0.3, -0.2, -0.5, 0.1, 0, 0.6, -0.3, 0.2, 0.1, 0, -0.2, 0.05, -0.4, 0.25];

/** A layer that is the input, and a score that is linear in it, with these gradients. A second class has the opposite score. */
const net = network(['N', 3, 2, 3], ({ b, x, weight }) => {
  const layer = b.op('Relu', [x], {}, { outputs: ['layer'] });
  const classes = [...gradients, ...gradients.map((g) => -g)];
  return b.op('Gemm', [b.op('Flatten', [layer], { axis: 1 }), weight(classes, [2, 18]), weight([0, 0], [2])], { transB: 1 });
});
const input = array(activations, [1, 3, 2, 3]);

describe('class activation maps of the golden fixture', () => {
  const eigen = [-0.779725, 0.492782, -1.121615, -1.43824, -0.254257, 3.101055];
  it.each<[string, Record<string, string | number | boolean>, number[]]>([
    ['grad-cam', {}, [0.108333, 0.166667, 0.016667, 0.033333, 0.3, -0.033333]],
    ['grad-cam', { counterfactual: true }, [-0.108333, -0.166667, -0.016667, -0.033333, -0.3, 0.033333]],
    // The difference of the two classes is twice the first.
    ['grad-cam', { 'target-score': 'difference' }, [0.216667, 0.333333, 0.033333, 0.066667, 0.6, -0.066667]],
    ['grad-cam', { 'target-score': 'difference', versus: 1 }, [0.216667, 0.333333, 0.033333, 0.066667, 0.6, -0.066667]],
    ['grad-cam++', {}, [0.34681, 0.569793, 0.262966, 0.525932, 0.645981, 0.771884]],
    ['grad-cam++', { variant: 'official' }, [0.414957, 0.697784, 0.252902, 0.505804, 0.865519, 0.771592]],
    ['xgrad-cam', {}, [0.235714, 0.4, 0.271429, 0.542857, 0.3, 0.9]],
    ['hires-cam', {}, [-0.05, -0.2, 0, 1.2, 0.9, 0.8]],
    ['layer-cam', {}, [0.2, 0, 0, 1.2, 0.9, 1.0]],
    ['grad-cam-elementwise', {}, [0.2, 0, 0, 1.2, 0.9, 1.0]],
    ['fem', {}, [0, 0.166667, 0, 0, 0, 0.666667]],
    ['fem', { k: 1 }, [0.25, 0.5, 0.166667, 0.333333, 0.5, 0.833333]],
    ['eigen-cam', {}, eigen],
    ['eigen-grad-cam', {}, [0.383574, 0.067471, 0.10441, -1.058265, 0.270639, 0.232171]],
    ['seg-eigen-cam', {}, [0.084286, -0.134505, -0.071587, 0.978613, -0.354721, -0.502086]],
    ['kpca-cam', {}, [-0.291492, 0.440607, -0.477226, -0.647504, 0.145469, 0.830145]],
    // The head is piecewise linear.
    ['shapley-cam', {}, [0.108333, 0.166667, 0.016667, 0.033333, 0.3, -0.033333]],
  ])('%s %j', async (method, options, expected) => {
    const { attribution } = await explained(net, method, input, { options, targets: [0], layers: ['layer'] });
    expect(attribution.shape).toEqual([1, 2, 3]);
    const got = [...attribution.data];
    const free = method.includes('eigen') || method === 'kpca-cam';
    const agreement = sum(expected.map((value, i) => value * got[i]!));
    const sign = free && agreement < 0 ? -1 : 1;
    for (const [i, value] of expected.entries()) expect(got[i]! * sign).toBeCloseTo(value, 4);
  });

  it('ablates channels of a linear head in closed form: what is lost is the sum of g A', async () => {
    const lost = [0, 6, 12].map((k) => sum(activations.slice(k, k + 6).map((a, i) => a * gradients[k + i]!)));
    const weights = lost.map((each) => each / sum(lost));
    const { data } = (await explained(net, 'ablation-cam', input, { targets: [0], layers: ['layer'] })).attribution;
    data.forEach((value, i) => {
      expect(value).toBeCloseTo(sum(weights.map((weight, k) => weight * activations[6 * k + i]!)), 5);
    });
  });

  it('makes eigen maps positive with the mean activation', async () => {
    const activity = [0, 1, 2, 3, 4, 5].map((i) => activations[i]! + activations[i + 6]! + activations[i + 12]!);
    const mean = sum(activity) / 6;
    for (const method of ['eigen-cam', 'eigen-grad-cam', 'seg-eigen-cam', 'kpca-cam']) {
      const { data } = (await explained(net, method, input, { targets: [0], layers: ['layer'] })).attribution;
      const agreement = sum(data.map((value, i) => value * (activity[i]! - mean)));
      expect(agreement).toBeGreaterThan(0);
    }
  });

  it('takes own weights', async () => {
    const own = classActivation({
      name: 'first-channel',
      summary: 'the first channel',
      reference: 'none',
      weights: ({ b, layer }) => b.mask(b.greater(b.slice(layer, { starts: [0], ends: [1], axes: [1] }), -1), layer),
    });
    const { attribution } = await explained(net, own, input, { layers: ['layer'], targets: [0] });
    expect([...attribution.data]).toEqual([1.5, 3, 1, 2, 3, 5]);
  });

  it.each<[string, Record<string, string | number>, RegExp]>([
    ['grad-cam', { 'target-score': 'odds' }, /target-score cannot be "odds"; it is one of logit, probability, difference/],
    ['grad-cam', { 'target-score': 'difference', versus: 2 }, /versus 2 is out of range: the model has 2 classes/],
    ['grad-cam', { combine: 'sum' }, /combine cannot be "sum"; it is one of mean, max, product/],
    ['fem', { k: -1 }, /k must be at least 0/],
    ['eigen-cam', { kk: 1 }, /eigen-cam has no option "kk"/],
    ['eigen-cam', { constructor: 1 }, /eigen-cam has no option "constructor"/],
  ])('refuses %s %j', async (method, options, message) => {
    await expect(explained(net, method, input, { options, layers: ['layer'] })).rejects.toThrow(message);
  });
});
