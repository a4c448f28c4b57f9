import { describe, expect, it } from 'vitest';
import { array, explained as explainedBy, network } from '../../test/networks.js';

/** Two places and many classes; class k's logit is weights[k] times the mean of the layer. */
const classifier = (weights: readonly number[], channels = 1, scale = 1) =>
  network(['N', channels, 1, 2], ({ b, x, weight }) => {
    const layer = b.op('Relu', [x], {}, { outputs: ['layer'] });
    const flat = b.op('Flatten', [layer], { axis: 1 });
    const each = weights.flatMap((w) => Array.from({ length: 2 * channels }, (_, i) => w * scale * (i < 2 ? 1 : 0)));
    return b.op(
      'Gemm',
      [
        flat,
        weight(each, [weights.length, 2 * channels]),
        weight(
          weights.map(() => 0),
          [weights.length],
        ),
      ],
      {
        transB: 1,
      },
    );
  });
const two = array([1, 2], [1, 1, 1, 2]);
const explained = (...[model, method, input, options]: Parameters<typeof explainedBy>) =>
  explainedBy(model, method, input, { ...options, diagnose: true });
const hintsOf = async (...args: Parameters<typeof explained>) => (await explained(...args)).hints.join('\n');

describe('hints', () => {
  it('are none where nothing is wrong', async () => {
    expect((await explained(classifier([1, -1]), 'grad-cam', two)).hints).toEqual([]);
  });

  it('say why a map is blank: all contributions negative', async () => {
    expect(await hintsOf(classifier([1, -1]), 'grad-cam', two, { targets: [1] })).toMatch(
      /all contributions are negative, so the picture stays blank: nothing in this layer speaks for class 1/,
    );
  });

  it('say why a map is blank: nothing arrives', async () => {
    const off = array([-1, -2], [1, 1, 1, 2]);
    expect(await hintsOf(classifier([1, -1]), 'grad-cam', off)).toMatch(/the map is zero everywhere/);
    expect(await hintsOf(classifier([1, -1]), 'gradient', off)).toMatch(/the attribution is zero everywhere/);
  });

  it('count rows of a batch', async () => {
    const batch = array([1, 2, 1, 2], [2, 1, 1, 2]);
    const { hints } = await explained(classifier([1, -1]), 'grad-cam', batch, { targets: [0, 1] });
    expect(hints).toEqual([expect.stringMatching(/^row 1: all contributions are negative/)]);
  });

  it('warn of a saturated probability', async () => {
    const options = { 'target-score': 'probability' };
    expect(await hintsOf(classifier([9, -9]), 'grad-cam', two, { options })).toMatch(
      /the probability is saturated.*target-score=logit/,
    );
    expect(await hintsOf(classifier([0.2, -0.2]), 'grad-cam', two, { options })).toBe('');
  });

  it('doubt the index of a class far down the list', async () => {
    const many = classifier(Array.from({ length: 20 }, (_, k) => 5 - k));
    expect(await hintsOf(many, 'gradient', two, { targets: [10] })).toMatch(
      /class 10 is number 11 of 20 for the model.*background class/,
    );
  });

  it('doubt the input of a model that is unsure, its range and its channels', async () => {
    const unsure = classifier(
      Array.from({ length: 20 }, (_, k) => k % 3),
      3,
      1e-3,
    );
    const levels = array([1, 2, 3, 200, 100, 250], [1, 3, 1, 2]);
    const hints = await hintsOf(unsure, 'gradient', levels);
    expect(hints).toMatch(/the model is unsure: its top class has a probability of 0\.05/);
    expect(hints).toMatch(/the input goes from 1\.00 to 250: levels of 0 to 255/);
    const eager = classifier([...new Array(19).fill(0), 3], 3, 0.01);
    expect(await hintsOf(eager, 'gradient', levels)).toMatch(/with the colour channels in the other order it would be 1\.0/);
  });

  it('tell when an attribution does not add up', async () => {
    const square = network(['N', 1, 1, 2], ({ b, x, weight }) =>
      b.square(b.matMul(b.op('Flatten', [x], { axis: 1 }), weight([2, 1], [2, 1]))),
    );
    const { hints, rows } = await explained(square, 'integrated-gradients', two, { options: { rule: 'left', steps: 3 } });
    expect(hints.join()).toMatch(/the attribution adds up to 10\.7 instead of 16\.0: take more steps/);
    expect(rows[0]!.completeness).toEqual({ sum: expect.closeTo(32 / 3, 4), expected: expect.closeTo(16, 4) });
    expect((await explained(square, 'integrated-gradients', two)).hints).toEqual([]);
  });
});
