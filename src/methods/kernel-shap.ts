import { random } from '../tensor/random.js';
import { segmentOptions, superpixelGame } from './coalitions.js';
import { leastSquares } from './least-squares.js';
import { defineMethod } from './method.js';

/**
 * Kernel SHAP: Shapley values of superpixels by a weighted regression over coalitions. Lundberg and Lee 2017, theorem 2. Coalitions are
 * drawn in pairs with their complements, sizes in proportion to the kernel's weight; if all of them fit in the samples, all are taken,
 * and the values are exact. They add up to the whole picture's score less the hidden one's.
 */
export const kernelShap = defineMethod({
  name: 'kernel-shap',
  summary: 'Shapley values of superpixels, by regression over coalitions: complete',
  reference: 'Lundberg, Lee 2017, theorem 2',
  space: 'image',
  options: {
    ...segmentOptions,
    samples: { type: 'number', default: 1000, min: 2, max: 1e6, integer: true, description: 'how many runs of the model' },
    seed: { type: 'number', default: 0, integer: true, description: 'of the coalitions' },
  },
  prepare: async (bench) => {
    const { samples, seed } = bench.options;
    const game = await superpixelGame(bench);
    return async function* (row) {
      const { players, scores, painted } = await game(row);
      const { coalitions, weights } = 2 ** players - 2 <= samples ? allCoalitions(players) : drawn(players, samples, seed);
      const values = yield* scores(coalitions.length + 2, (i, seen) =>
        i === 0 ? seen.fill(0) : i === 1 ? seen.fill(1) : void seen.set(coalitions[i - 2]!),
      );
      const [hidden, whole] = values as unknown as [number, number];
      return { attribution: painted(shapleyValues(players, { coalitions, weights, scores: values.subarray(2) }, hidden, whole)) };
    };
  },
});

/** The last player's value is what the others leave of the difference, so that all add up to it. */
function shapleyValues(
  players: number,
  { coalitions, weights, scores }: { coalitions: readonly Float32Array[]; weights: readonly number[]; scores: Float32Array },
  hidden: number,
  whole: number,
): Float64Array {
  const last = players - 1;
  const features = coalitions.map((seen) => Float64Array.from({ length: last }, (_, i) => seen[i]! - seen[last]!));
  const values = Float64Array.from(scores, (score, n) => score - hidden - coalitions[n]![last]! * (whole - hidden));
  const solved = leastSquares({ features, values, weights, ridge: 0 });
  const rest = whole - hidden - solved.reduce((sum, value) => sum + value, 0);
  return Float64Array.from([...solved, rest]);
}

/** The Shapley kernel's weight of all coalitions of a size together. */
const weightOfSize = (players: number, size: number) => (players - 1) / (size * (players - size));

function allCoalitions(players: number) {
  const coalitions = Array.from({ length: 2 ** players - 2 }, (_, n) =>
    Float32Array.from({ length: players }, (_, i) => ((n + 1) >> i) & 1),
  );
  const weights = coalitions.map((seen) => {
    const size = seen.reduce((sum, each) => sum + each, 0);
    return weightOfSize(players, size) / binomial(players, size);
  });
  return { coalitions, weights };
}

/** As many coalitions of each size as its weight asks for: they count alike then. */
function drawn(players: number, samples: number, seed: number) {
  const { uniform, permutation } = random(seed);
  const sizes = Array.from({ length: players - 1 }, (_, i) => weightOfSize(players, i + 1));
  const total = sizes.reduce((sum, weight) => sum + weight, 0);
  const sizeAt = (place: number) => {
    let rest = place * total;
    const index = sizes.findIndex((weight) => {
      rest -= weight;
      return rest < 0;
    });
    return index < 0 ? players - 1 : index + 1;
  };
  const coalitions = Array.from({ length: Math.ceil(samples / 2) }, () => {
    const seen = new Float32Array(players);
    for (const player of permutation(players).slice(0, sizeAt(uniform()))) seen[player] = 1;
    return [seen, seen.map((each) => 1 - each)];
  }).flat();
  return { coalitions, weights: coalitions.map(() => 1) };
}

function binomial(n: number, k: number): number {
  return Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((product, factor) => product * factor, 1);
}
