import { nthSmallest } from '../tensor/nth-smallest.js';
import { baselineOf, baselineOption } from './baseline.js';
import { defineMethod } from './method.js';
import { scoresAt } from './scores-at.js';

/**
 * Guided integrated gradients: a path from the baseline to the input that first moves the features whose gradients are smallest, so
 * that it avoids the noise of steep places. Kapishnikov et al. 2021, algorithm 1; as PAIR's saliency package.
 */
export const guidedIntegratedGradients = defineMethod({
  name: 'guided-integrated-gradients',
  summary: 'gradients added up on a path that moves the least sensitive features first: less noise',
  reference: 'Kapishnikov et al. 2021, algorithm 1',
  space: 'input',
  options: {
    steps: {
      type: 'number',
      default: 50,
      min: 1,
      max: 10000,
      integer: true,
      description: 'steps of the path, one gradient each',
    },
    fraction: { type: 'number', default: 0.25, min: 0, max: 1, description: 'the part of the features that move at once' },
    'max-distance': {
      type: 'number',
      default: 0.02,
      min: 0,
      max: 1,
      description: 'how far the path may leave the straight line, as a part of it',
    },
    ...baselineOption,
  },
  prepare: async (bench) => {
    const { load, shape, options } = bench;
    const gradient = await load(({ input, gradient: of }) => ({ gradient: of(input) }));
    const baseline = await baselineOf(bench);
    const scores = await scoresAt(bench);
    return async function* (row) {
      const start = await baseline(row);
      const path = guidedPath(Float64Array.from(row.input.data), Float64Array.from(start), options['max-distance']);
      for (let step = 0; step < options.steps; step++) {
        const input = { shape, data: Float32Array.from(path.place) };
        const g = (await gradient(row, { input })).gradient!.data;
        path.move(g, (step + 1) / options.steps, options.fraction);
        yield { done: step + 1, total: options.steps };
      }
      const attribution = { shape, data: Float32Array.from(path.attribution) };
      return { attribution, sum: await scores.rise(row, [start]) };
    };
  },
});

/** The path so far: where it is, and what was added up. `move` goes on until what is left of the distance is that of `alpha`. */
function guidedPath(x: Float64Array, start: Float64Array, maxDistance: number) {
  const place = start.slice();
  const attribution = new Float64Array(x.length);
  // Used anew in each step: a feature's place before it, the far end of what it may move, how steep it is there, and room to look for a threshold.
  const [before, far, steepness, scratch] = [0, 1, 2, 3].map(() => new Float64Array(x.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const distance = (from: Float64Array) => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += Math.abs(x[i]! - from[i]!);
    return sum;
  };
  const whole = distance(start);
  const move = (gradient: Float32Array, alpha: number, fraction: number) => {
    const [low, high] = [Math.max(alpha - maxDistance, 0), Math.min(alpha + maxDistance, 1)];
    const onLine = (part: number, i: number) => start[i]! + (x[i]! - start[i]!) * part;
    const wanted = whole * (1 - alpha);
    for (let i = 0; i < x.length; i++) far[i] = onLine(high, i);
    for (let gamma = Number.POSITIVE_INFINITY; gamma > 1; ) {
      before.set(place);
      const advance = () => {
        for (let i = 0; i < x.length; i++) attribution[i]! += (place[i]! - before[i]!) * gradient[i]!;
      };
      // Whoever lags behind the line is brought up.
      for (let i = 0; i < x.length; i++) {
        if ((place[i]! - start[i]!) / (x[i]! - start[i]!) < low) place[i] = onLine(low, i);
      }
      const left = distance(place);
      if (Math.abs(left - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted))) return advance();
      let free = 0;
      for (let i = 0; i < x.length; i++) {
        steepness[i] = place[i] === far[i] ? Number.POSITIVE_INFINITY : Math.abs(gradient[i]!);
        if (steepness[i]! < Number.POSITIVE_INFINITY) free++;
      }
      scratch.set(steepness);
      const threshold = nthSmallest(scratch, Math.floor(fraction * (x.length - 1)));
      const moves = (i: number) => steepness[i]! <= threshold && steepness[i]! < Number.POSITIVE_INFINITY;
      let room = 0;
      for (let i = 0; i < x.length; i++) if (moves(i)) room += Math.abs(place[i]! - far[i]!);
      gamma = room > 0 ? (left - wanted) / room : Number.POSITIVE_INFINITY;
      if (room === 0 && free === 0) gamma = 0;
      for (let i = 0; i < x.length; i++) {
        if (moves(i)) place[i] = gamma > 1 ? far[i]! : place[i]! + (far[i]! - place[i]!) * gamma;
      }
      advance();
    }
  };
  return { place, attribution, move };
}
