import { random } from '../tensor/random.js';
import { segmentOptions, superpixelGame } from './coalitions.js';
import { defineMethod } from './method.js';

/**
 * Shapley value sampling: superpixels come in one after another in random orders; each has the mean of what its coming adds to the
 * score. Castro et al. 2009, algorithm 1. Adds up to the whole picture's score less the hidden one's, in every single order.
 */
export const shapleySampling = defineMethod({
  name: 'shapley-sampling',
  summary: 'what each superpixel adds to the score in random orders, in the mean: complete',
  reference: 'Castro, Gómez, Tejada 2009, algorithm 1',
  space: 'image',
  options: {
    ...segmentOptions,
    permutations: { type: 'number', default: 25, min: 1, max: 10000, integer: true, description: 'how many orders' },
    seed: { type: 'number', default: 0, integer: true, description: 'of the orders' },
  },
  prepare: async (bench) => {
    const { permutations, seed } = bench.options;
    const game = await superpixelGame(bench);
    return async function* (row) {
      const { players, scores, painted } = await game(row);
      const { permutation } = random(seed);
      const orders = Array.from({ length: permutations }, () => permutation(players));
      const values = yield* scores(permutations * players + 1, (i, seen) => {
        const order = orders[Math.floor((i - 1) / players)] ?? [];
        for (const player of order.slice(0, ((i - 1) % players) + 1)) seen[player] = 1;
      });
      const sums = new Float64Array(players);
      orders.forEach((order, n) => {
        order.forEach((player, place) => {
          const at = n * players + place + 1;
          sums[player]! += values[at]! - (place === 0 ? values[0]! : values[at - 1]!);
        });
      });
      return { attribution: painted(sums.map((sum) => sum / permutations)) };
    };
  },
});
