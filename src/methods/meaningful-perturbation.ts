import { gradient as gradients } from '../autodiff/gradient/index.js';
import { propagate } from '../autodiff/propagate.js';
import type { Builder } from '../onnx/builder.js';
import type { Value } from '../onnx/graph.js';
import { baselineOf, baselineOption } from './baseline.js';
import { imageGrid } from './layout.js';
import { blended } from './masked-scores.js';
import { defineMethod } from './method.js';
import { resized } from './resized.js';
import { scoresAt } from './scores-at.js';
import { scoreByOption, targetScore } from './target-score.js';

/**
 * Meaningful perturbation: the smallest smooth mask that hides what the score depends on, found by gradient descent (Adam) on the mask:
 * part of the score that is left + area * mean(1 - m) + smoothness * total variation. Fong and Vedaldi 2017, equation 3, who take the
 * probability for the first term; a sure model's probability does not change for small masks, its logit does. The attribution is what
 * is hidden, 1 - m.
 */
export const meaningfulPerturbation = defineMethod({
  name: 'meaningful-perturbation',
  summary: 'the smallest smooth mask whose blur destroys the score, found by gradient descent',
  reference: 'Fong, Vedaldi 2017, equation 3',
  space: 'image',
  signed: false,
  options: {
    iterations: { type: 'number', default: 150, min: 1, max: 10000, integer: true, description: 'steps of descent' },
    rate: { type: 'number', default: 0.1, min: 1e-6, description: 'size of a step' },
    grid: { type: 'number', default: 28, min: 2, integer: true, description: 'cells of the mask along each side' },
    area: { type: 'number', default: 1, min: 0, description: 'what hiding the whole picture costs' },
    smoothness: { type: 'number', default: 0.5, min: 0, description: 'what changes between neighbouring cells cost' },
    ...baselineOption,
    baseline: { ...baselineOption.baseline, default: 'blur' },
    ...targetScore,
  },
  scoreOf: scoreByOption,
  prepare: async (bench) => {
    const { load, shape, layout, options } = bench;
    const picture = imageGrid(shape, layout);
    const grid = picture.map((size) => Math.min(size, options.grid));
    const baseline = await baselineOf(bench);
    const upsampled = await load(({ b, feed }) => ({ mask: resized(b, feed('mask', [1, 1, ...grid]), picture) }));
    const descent = await load((context) => {
      const { b, feed, input, replace } = context;
      const mask = feed('mask', [1, 1, ...grid]);
      const seen = blended(context, feed('x', shape), feed('baseline', shape), resized(b, mask, picture), layout);
      const { score } = replace(input, seen);
      const hidden = b.mul(b.reduceMean(b.sub(1, mask)), options.area);
      // From 1, nothing hidden, to 0, as good as all hidden; less is not asked for.
      const left = b.relu(b.div(b.sub(b.reduceSum(score), feed('floor', [])), feed('rise', [])));
      const loss = b.add(b.add(left, hidden), b.mul(totalVariation(b, mask), options.smoothness));
      const seeds = new Map([[loss, b.expandLike(b.scalar(1), loss)]]);
      return { gradient: propagate(b, { seeds, sources: [mask], table: gradients })[0]! };
    });
    const scores = await scoresAt(bench);
    return async function* (row) {
      const hidden = { shape, data: await baseline(row) };
      const [whole, floor] = await scores.at(row, [row.input.data, hidden.data]);
      // Where the baseline has the higher score, there is nothing to hide.
      const feeds = { x: row.input, baseline: hidden, floor: scalar(floor!), rise: scalar(Math.max(whole! - floor!, 1e-6)) };
      const mask = { shape: [1, 1, ...grid], data: new Float32Array(grid[0]! * grid[1]!).fill(1) };
      const step = adam(mask.data, options.rate);
      for (let i = 0; i < options.iterations; i++) {
        step((await descent(row, { ...feeds, mask })).gradient!.data);
        for (let j = 0; j < mask.data.length; j++) mask.data[j] = Math.max(0, Math.min(1, mask.data[j]!));
        yield { done: i + 1, total: options.iterations };
      }
      const seen = (await upsampled(row, { mask })).mask!.data;
      return { attribution: { shape: [1, ...picture], data: seen.map((each) => 1 - each) } };
    };
  },
});

const scalar = (value: number) => ({ shape: [], data: Float32Array.of(value) });

/** Mean absolute difference of neighbours along both axes. */
function totalVariation(b: Builder, mask: Value): Value {
  const along = (axis: number) => {
    const size = mask.shape![axis] as number;
    const after = b.slice(mask, { starts: [1], ends: [size], axes: [axis] });
    const before = b.slice(mask, { starts: [0], ends: [size - 1], axes: [axis] });
    return b.reduceMean(b.abs(b.sub(after, before)));
  };
  return b.add(along(2), along(3));
}

/** Kingma and Ba 2015, algorithm 1. Changes the values in place. */
function adam(values: Float32Array, rate: number) {
  const [first, second] = [new Float64Array(values.length), new Float64Array(values.length)];
  let steps = 0;
  return (gradient: Float32Array) => {
    steps++;
    for (let i = 0; i < values.length; i++) {
      first[i] = 0.9 * first[i]! + 0.1 * gradient[i]!;
      second[i] = 0.999 * second[i]! + 0.001 * gradient[i]! ** 2;
      const direction = first[i]! / (1 - 0.9 ** steps) / (Math.sqrt(second[i]! / (1 - 0.999 ** steps)) + 1e-8);
      values[i]! -= rate * direction;
    }
  };
}
