import { blurMatrix, blurred } from './gaussian.js';
import { imageGrid } from './layout.js';
import { defineMethod } from './method.js';
import { scoresAt } from './scores-at.js';

/**
 * Blur integrated gradients: along the way from the blurred to the sharp input, what each change of the picture adds to the score.
 * Xu, Venugopalan, Sundararajan 2020, equation 7: - sum of gradient(B(x, s)) dB/ds ds over deviations s; as PAIR's saliency package.
 */
export const blurIntegratedGradients = defineMethod({
  name: 'blur-integrated-gradients',
  summary: 'gradients on the way from the blurred to the sharp input, added up; no baseline to choose',
  reference: 'Xu, Venugopalan, Sundararajan 2020, equation 7',
  space: 'input',
  options: {
    steps: { type: 'number', default: 50, min: 1, max: 10000, integer: true, description: 'deviations on the way' },
    'max-sigma': {
      type: 'number',
      default: 50,
      min: 0.1,
      description: 'the deviation, in pixels, at which the picture counts as empty',
    },
  },
  prepare: async (bench) => {
    const { load, shape, layout, options, batch } = bench;
    const [height, width] = imageGrid(shape, layout) as [number, number];
    const sum = await load(({ b, feed, rows, input, replace }) => {
      const x = feed('x', shape);
      const at = (name: string) =>
        blurred(b, x, feed(`${name}-rows`, [rows, 1, height, height]), feed(`${name}-columns`, [rows, 1, width, width]), layout);
      const point = at('here');
      const change = b.div(b.sub(at('further'), point), CHANGE);
      const evaluation = replace(input, point);
      const terms = b.mul(evaluation.gradient(evaluation.input), change);
      return { sum: b.add(feed('before', shape), b.mul(b.reduceSum(terms, [0]), -options['max-sigma'] / options.steps)) };
    });
    const matrices = (name: string, sigmas: readonly number[]) => ({
      [`${name}-rows`]: stack(sigmas, height),
      [`${name}-columns`]: stack(sigmas, width),
    });
    const scores = await scoresAt(bench);
    const most = await load(({ b, feed, input }) => ({
      blurred: blurred(b, input, feed('rows', [1, 1, height, height]), feed('columns', [1, 1, width, width]), layout),
    }));
    return async function* (row) {
      let total = new Float32Array(row.input.data.length);
      for (let first = 0; first < options.steps; first += batch.backward) {
        const count = Math.min(batch.backward, options.steps - first);
        const sigmas = Array.from({ length: count }, (_, i) => ((first + i) * options['max-sigma']) / options.steps);
        const further = sigmas.map((sigma) => sigma + CHANGE);
        const feeds = { ...matrices('here', sigmas), ...matrices('further', further), before: { shape, data: total } };
        total = (await sum(row, { x: row.input, ...feeds }, count)).sum!.data as Float32Array<ArrayBuffer>;
        yield { done: first + count, total: options.steps };
      }
      const [rows, columns] = [stack([options['max-sigma']], height), stack([options['max-sigma']], width)];
      const start = (await most(row, { rows, columns })).blurred!.data;
      return { attribution: { shape, data: total }, sum: await scores.rise(row, [start]) };
    };
  },
});

/** The step over which the derivative in the deviation is taken. */
const CHANGE = 0.01;

function stack(sigmas: readonly number[], size: number) {
  const data = new Float32Array(sigmas.length * size * size);
  for (const [i, sigma] of sigmas.entries()) data.set(blurMatrix(size, sigma, 'zero'), i * size * size);
  return { shape: [sigmas.length, 1, size, size], data };
}
