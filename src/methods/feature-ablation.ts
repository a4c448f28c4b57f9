import { segmentOptions, superpixelGame } from './coalitions.js';
import { defineMethod } from './method.js';

/** Feature ablation: how far the score falls when a superpixel is hidden, one at a time. As Captum's FeatureAblation, over superpixels. */
export const featureAblation = defineMethod({
  name: 'feature-ablation',
  summary: 'how far the score falls when a superpixel is hidden',
  reference: 'Captum, FeatureAblation',
  space: 'image',
  options: segmentOptions,
  prepare: async (bench) => {
    const game = await superpixelGame(bench);
    return async function* (row) {
      const { players, scores, painted } = await game(row);
      const values = yield* scores(players + 1, (i, seen) => {
        seen.fill(1);
        if (i > 0) seen[i - 1] = 0;
      });
      return { attribution: painted(values.slice(1).map((value) => values[0]! - value)) };
    };
  },
});
