import type { FloatArray } from '../tensor/tensor.js';
import { filled, inBatches } from './batches.js';
import { combineByOption, severalLayers } from './class-activation.js';
import { imageGrid, overChannels } from './layout.js';
import { defineMethod, spatial } from './method.js';
import { resized } from './resized.js';
import { scoreByOption, targetScore } from './target-score.js';

/**
 * Score-CAM: each channel weighted by the score of the input seen through that channel, softmax over channels. No gradient.
 * Wang et al. 2020, equations 4 to 7; as pytorch-grad-cam: masks upsampled with aligned corners and scaled to 0..1.
 */
export const scoreCam = defineMethod({
  name: 'score-cam',
  summary: 'channels of a layer, weighted by the score of the input seen through them; one run for each channel',
  reference: 'Wang et al. 2020, equations 4 to 7',
  space: 'layer',
  options: { ...targetScore, ...severalLayers },
  scoreOf: scoreByOption,
  combine: combineByOption,
  prepare: async ({ load, shape, layout, layerShape, batch }) => {
    const grid = layerShape.slice(2);
    const activation = await load(({ layer }) => ({ layer }));
    const seenThrough = await load(({ b, feed, rows, input, replace }) => {
      const mask = resized(b, feed('channel', [rows, 1, ...grid]), imageGrid(shape, layout), 'bilinear-corners');
      const low = b.reduce('ReduceMin', mask, spatial(mask));
      const unit = b.div(b.sub(mask, low), b.add(b.sub(b.reduceMax(mask, spatial(mask)), low), 1e-8));
      return { score: replace(input, b.mul(feed('x', shape), overChannels(b, unit, layout))).score };
    });
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
      return { attribution: weightedMap(layer!, softmax(all)) };
    };
  },
});

function channelsOf({ shape, data }: FloatArray): Float32Array[] {
  const size = data.length / shape[1]!;
  return Array.from({ length: shape[1]! }, (_, k) => data.subarray(k * size, (k + 1) * size));
}

const isFlat = (channel: Float32Array) => channel.every((value) => value === channel[0]);

function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** sum over channels of w A, of one row: [1, h, w]. */
export function weightedMap(layer: FloatArray, weights: ArrayLike<number>): FloatArray {
  const map = new Float64Array(layer.data.length / layer.shape[1]!);
  channelsOf(layer).forEach((channel, k) => {
    for (let i = 0; i < map.length; i++) map[i]! += weights[k]! * channel[i]!;
  });
  return { shape: [1, ...layer.shape.slice(2)], data: Float32Array.from(map) };
}
