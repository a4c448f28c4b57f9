import { defineMap } from './augmented.js';
import { inBatches, indices } from './batches.js';
import { combineByOption, severalLayers } from './class-activation.js';
import { eigenSmooth, overChannelsOf } from './eigen-smooth.js';
import { isLogitOfAffineHead } from './linear-head.js';
import { spatial } from './method.js';
import { oneHot } from './selection.js';
import { scoreByOption, targetScore } from './target-score.js';
import { weightedMaps } from './weighted-map.js';

/**
 * Ablation-CAM: each channel weighted by the part of the score that is lost without it, (y - y_k) / y, the channel set to zero. No
 * gradient. Desai and Ramaswamy 2020, equation 5. Only the head is run; where it is linear, y - y_k is the sum of g A over places.
 */
export const ablationCam = defineMap({
  name: 'ablation-cam',
  summary: 'channels of a layer, weighted by the part of the score that is lost without them',
  reference: 'Desai, Ramaswamy 2020, equation 5',
  space: 'layer',
  options: { ...targetScore, ...severalLayers, ...eigenSmooth },
  scoreOf: scoreByOption,
  combine: combineByOption,
  closedForm: {
    holds: isLogitOfAffineHead,
    plan: ({ b, layer, score, options, gradient }) => {
      const lost = b.reduceSum(b.mul(gradient(layer), layer), spatial(layer));
      return overChannelsOf(b, b.mul(b.div(lost, b.unsqueeze(score, [1, 2, 3])), layer), layer, options);
    },
  },
  prepare: async (bench) => {
    const { load, layerShape, batch } = bench;
    const count = layerShape[1]!;
    const whole = await load(({ layer, score }) => ({ layer, score }));
    const without = await load(({ b, feed, rows, layer, replace }) => {
      const kept = b.sub(1, oneHot(b, feed('channel', [rows], 'int64'), count));
      return { score: replace(layer, b.mul(feed('map', layerShape), b.unsqueeze(kept, [2, 3]))).score };
    });
    const map = await weightedMaps(bench);
    return async function* (row) {
      const { layer, score } = await whole(row);
      const scores = yield* inBatches(count, batch.head, async (first, size) => {
        return (await without(row, { map: layer!, channel: indices(first, size) }, size)).score!.data;
      });
      const y = score!.data[0]!;
      const lost = scores.map((without) => (y - without) / y);
      return { attribution: await map(row, layer!, lost) };
    };
  },
});
