import { defineMap } from './augmented.js';
import { inBatches, indices } from './batches.js';
import { combineByOption, severalLayers } from './class-activation.js';
import { isLogitOfAffineHead } from './linear-head.js';
import { channels } from './method.js';
import { oneHot } from './selection.js';
import { scoreByOption, targetScore } from './target-score.js';

/**
 * Recipro-CAM: at each place the score that is left when the layer keeps that place alone, in all channels. No gradient. Byun and Lee
 * 2022, equation 4, without their spreading of the place and scaling to 0..1. Only the head is run; where it is linear, the score is
 * y less the sum of g A over the other places.
 */
export const reciproCam = defineMap({
  name: 'recipro-cam',
  summary: 'the score that is left when the layer keeps a single place; no gradient, one run of the head for each place',
  reference: 'Byun, Lee 2022, equation 4',
  space: 'layer',
  options: { ...targetScore, ...severalLayers },
  scoreOf: scoreByOption,
  combine: combineByOption,
  closedForm: {
    holds: isLogitOfAffineHead,
    plan: ({ b, layer, score, gradient }) => {
      const shares = b.reduceSum(b.mul(gradient(layer), layer), channels, false);
      return b.add(b.sub(b.unsqueeze(score, [1, 2]), b.reduceSum(shares, [1, 2])), shares);
    },
  },
  prepare: async ({ load, layerShape, batch }) => {
    const grid = layerShape.slice(2);
    const count = grid.reduce((product, size) => product * size, 1);
    const activation = await load(({ layer }) => ({ layer }));
    const placeAlone = await load(({ b, feed, rows, layer, replace }) => {
      const mask = b.reshape(oneHot(b, feed('place', [rows], 'int64'), count), [-1, 1, ...grid]);
      return { score: replace(layer, b.mul(feed('map', layerShape), mask)).score };
    });
    return async function* (row) {
      const { layer } = await activation(row);
      const scores = yield* inBatches(count, batch.head, async (first, size) => {
        return (await placeAlone(row, { map: layer!, place: indices(first, size) }, size)).score!.data;
      });
      return { attribution: { shape: [1, ...grid], data: scores } };
    };
  },
});
