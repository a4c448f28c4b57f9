import { baselinesOf, baselinesOption } from './baseline.js';
import { gradientSums } from './gradient-sum.js';
import { defineMethod } from './method.js';
import { quadrature, quadratureRules } from './quadrature.js';
import { scoresAt } from './scores-at.js';

/**
 * Integrated gradients: (x - x') times the mean gradient on the straight line from the baseline x' to x. Sundararajan, Taly, Yan 2017,
 * equation 1. It adds up to F(x) - F(x'); how well, tells whether the steps were enough.
 */
export const integratedGradients = defineMethod({
  name: 'integrated-gradients',
  summary: 'gradients on the way from a baseline to the input, added up: complete',
  reference: 'Sundararajan, Taly, Yan 2017, equation 1',
  space: 'input',
  options: {
    steps: { type: 'number', default: 50, min: 1, max: 10000, integer: true, description: 'points on the way' },
    rule: {
      type: 'choice',
      choices: quadratureRules,
      default: 'gauss-legendre',
      description: 'how the integral is approximated; rules as Captum',
    },
    ...baselinesOption,
  },
  prepare: async (bench) => {
    const { shape, options } = bench;
    const { nodes, weights } = quadrature(options.rule, options.steps);
    const sums = await gradientSums(bench);
    const baselines = await baselinesOf(bench);
    const scores = await scoresAt(bench);
    return async function* (row) {
      const x = row.input.data;
      const starts = await baselines(row);
      const { sum } = yield* sums(row, starts.length * nodes.length, (i, point, factor) => {
        const start = starts[Math.floor(i / nodes.length)]!;
        const [node, weight] = [nodes[i % nodes.length]!, weights[i % nodes.length]! / starts.length];
        for (let j = 0; j < x.length; j++) {
          const difference = x[j]! - start[j]!;
          point[j] = start[j]! + node * difference;
          factor[j] = weight * difference;
        }
      });
      return { attribution: { shape, data: sum }, sum: await scores.rise(row, starts) };
    };
  },
});
