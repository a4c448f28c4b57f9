import { defineMap } from './augmented.js';
import { filled, inBatches } from './batches.js';
import { combineByOption, severalLayers } from './class-activation.js';
import { eigenSmooth } from './eigen-smooth.js';
import { imageGrid, overChannels } from './layout.js';
import { spatial } from './method.js';
import { resized } from './resized.js';
import { scoreByOption, targetScore } from './target-score.js';
import { channelsOf, weightedMaps } from './weighted-map.js';

/**
 * Score-CAM: each channel weighted by the score of the input seen through that channel, softmax over channels. No gradient.
 * Wang et al. 2020, equations 4 to 7; as pytorch-grad-cam: masks upsampled with aligned corners and scaled to 0..1.
 */
export const scoreCam = defineMap({
  name: 'score-cam',
  summary: 'channels of a layer, weighted by the score of the input seen through them; one run for each channel',
  reference: 'Wang et al. 2020, equations 4 to 7',
  space: 'layer',
  options: { ...targetScore, ...severalLayers, ...eigenSmooth },
  scoreOf: scoreByOption,
  combine: combineByOption,
  prepare: async (bench) => {
    const { load, shape, layout, layerShape, batch } = bench;
    const grid = layerShape.slice(2);
    const activation = await load(({ layer }) => ({ layer }));
    const seenThrough = await load(({ b, feed, rows, input, replace }) => {
      const mask = resized(b, feed('channel', [rows, 1, ...grid]), imageGrid(shape, layout), 'bilinear-corners');
      const low = b.reduce('ReduceMin', mask, spatial(mask));
      const unit = b.div(b.sub(mask, low), b.add(b.sub(b.reduceMax(mask, spatial(mask)), low), 1e-8));
      return { score: replace(input, b.mul(feed('x', shape), overChannels(b, unit, layout))).score };
    });
    const map = await weightedMaps(bench);
    return async function* (row) {
      const { layer } = await activation(row);
      const channelOf = channelsOf(layer!);
      // A channel without contrast hides everything, whichever it is: one run tells for all of them.
      const [flat, varied] = [channelOf.filter(isFlat), channelOf.filter((channel) => !isFlat(channel))];
      const tried = [...varied, ...flat.slice(0, 1)];
      const scores = yield* inBatches(tried.length, batch.forward, async (first, size) => {
        const channel = filled(size, [1, ...grid], (i, into) => into.set(tried[first + i]!));
        return (await seenThrough(row, { x: row.input, channel }, size)).score!.data;
      });
      const scoreOf = new Map(tried.map((channel, i) => [channel, scores[i]!]));
      const all = channelOf.map((channel) => scoreOf.get(channel) ?? scores[tried.length - 1]!);
      return { attribution: await map(row, layer!, softmax(all)) };
    };
  },
});

const isFlat = (channel: Float32Array) => channel.every((value) => value === channel[0]);

function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
