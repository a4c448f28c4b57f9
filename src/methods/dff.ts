import { fail } from '../errors.js';
import type { FloatArray } from '../tensor/tensor.js';
import { defineMap } from './augmented.js';
import { filled, inBatches } from './batches.js';
import { combineByOption, severalLayers } from './class-activation.js';
import { type Factors, factorise, type Matrix } from './factorisation.js';
import { scoreByOption, targetScore } from './target-score.js';
import { channelsOf } from './weighted-map.js';

/**
 * Deep feature factorisation: the layer as a sum of few concepts, each a vector of channels times a map, none of them negative; one
 * concept's map. Collins, Achanta, Süsstrunk 2018, section 3; as pytorch-grad-cam: of each channel less its minimum. The concept
 * that speaks most for the target is the one whose vector, at every place as strong as where it is strongest, gets the highest score
 * from the rest of the network.
 */
export const dff = defineMap({
  name: 'dff',
  summary: 'the layer as a sum of few concepts, by non-negative factorisation: where the one is that speaks most for the target',
  reference: 'Collins, Achanta, Süsstrunk 2018, section 3',
  space: 'layer',
  options: {
    components: { type: 'number', default: 5, min: 1, max: 256, integer: true, description: 'how many concepts' },
    concept: {
      type: 'number',
      default: -1,
      min: -1,
      integer: true,
      description: 'whose map is shown, counted from 0; -1 is the one that speaks most for the target',
    },
    show: {
      type: 'choice',
      choices: ['map', 'all'],
      default: 'map',
      description: 'all: the maps of all concepts of a layer on a sheet of their own, each with the score that it gets',
    },
    iterations: { type: 'number', default: 200, min: 1, max: 100000, integer: true, description: 'steps at most' },
    seed: { type: 'number', default: 0, min: 0, max: 2 ** 32 - 1, integer: true, description: "of the first guess, as NumPy's" },
    ...targetScore,
    ...severalLayers,
  },
  scoreOf: scoreByOption,
  combine: combineByOption,
  prepare: async ({ load, layerShape, options, batch }) => {
    const { components, concept, show } = options;
    if (concept >= components) fail(`dff: there are ${components} concepts, 0 to ${components - 1}, and no concept ${concept}`);
    const [, channels, ...grid] = layerShape as [number, number, ...number[]];
    const activation = await load(({ layer }) => ({ layer }));
    const scored = await load(({ b, feed, rows, layer, replace }) => {
      const vector = feed('vector', [rows, channels, 1, 1]);
      return { score: replace(layer, b.op('Expand', [vector, b.ints([1, 1, ...grid])])).score };
    });
    return async function* (row) {
      const { layer } = await activation(row);
      const matrix = aboveMinimum(layer!);
      const factors = yield* factorise(matrix, options);
      const vectors = conceptVectors(factors, matrix, components);
      const map = (k: number) => {
        const data = Float32Array.from({ length: matrix.columns }, (_, j) => factors.right[j * components + k]!);
        return { shape: [1, ...grid], data };
      };
      if (concept >= 0 && show === 'map') return { attribution: map(concept) };
      const scores = yield* inBatches(components, batch.head, async (first, size) => {
        const vector = filled(size, [channels, 1, 1], (i, into) => into.set(vectors[first + i]!));
        return (await scored(row, { vector }, size)).score!.data;
      });
      const attribution = map(concept >= 0 ? concept : scores.indexOf(Math.max(...scores)));
      if (show === 'map') return { attribution };
      return { attribution, candidates: Array.from(scores, (score, k) => ({ name: `concept ${k}`, score, map: map(k) })) };
    };
  },
});

interface Offset extends Matrix {
  readonly minima: Float64Array;
}

/** A layer [1, C, h, w] as channels over places, each less its smallest value. */
function aboveMinimum(layer: FloatArray): Offset {
  const rows = channelsOf(layer);
  const minima = Float64Array.from(rows, (channel) => channel.reduce((least, value) => Math.min(least, value)));
  const columns = rows[0]!.length;
  const data = Float64Array.from(layer.data, (value, i) => value - minima[Math.floor(i / columns)]!);
  return { rows: rows.length, columns, data, minima };
}

/** Each concept's channels where it is strongest. */
function conceptVectors({ left, right }: Factors, { rows, columns, minima }: Offset, components: number): Float32Array[] {
  return Array.from({ length: components }, (_, k) => {
    let strongest = 0;
    for (let j = 0; j < columns; j++) strongest = Math.max(strongest, right[j * components + k]!);
    return Float32Array.from({ length: rows }, (_, i) => minima[i]! + strongest * left[i * components + k]!);
  });
}
