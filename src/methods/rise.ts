import { random } from '../tensor/random.js';
import { imageGrid } from './layout.js';
import { maskedScores } from './masked-scores.js';
import { defineMethod } from './method.js';
import { scoreByOption, targetProbability } from './target-score.js';

/**
 * RISE: random smooth masks, averaged with the scores of the input behind them: sum of score * mask / (N p). Petsiuk, Das, Saenko 2018,
 * equation 6. A grid of cells that are seen with probability p, one cell larger than the picture, is upsampled bilinearly and shifted by
 * a random part of a cell. Explains the probability, as the paper does.
 */
export const rise = defineMethod({
  name: 'rise',
  summary: 'random masks, weighted by the score of the input behind them; the model as a black box',
  reference: 'Petsiuk, Das, Saenko 2018, equation 6',
  space: 'image',
  signed: false,
  options: {
    masks: { type: 'number', default: 4000, min: 1, max: 1e6, integer: true, description: 'how many masks' },
    grid: { type: 'number', default: 7, min: 2, max: 256, integer: true, description: 'cells of a mask along each side' },
    p: { type: 'number', default: 0.5, min: 0.01, max: 0.99, description: 'with which probability a cell is seen' },
    seed: { type: 'number', default: 0, integer: true, description: 'of the masks' },
    ...targetProbability,
  },
  scoreOf: scoreByOption,
  prepare: async (bench) => {
    const { shape, layout, options } = bench;
    const [height, width] = imageGrid(shape, layout) as [number, number];
    const scores = await maskedScores(bench);
    return async function* (row) {
      const hidden = new Float32Array(row.input.data.length);
      const total = new Float64Array(height * width);
      // Masks are made twice from one seed rather than kept: 4000 of 224 x 224 would fill 800 MB.
      const fill = smoothMasks(height, width, options);
      const seen = yield* scores(row, hidden, options.masks, (_, mask) => fill(mask));
      const again = smoothMasks(height, width, options);
      const mask = new Float32Array(height * width);
      for (const score of seen) {
        again(mask);
        for (let i = 0; i < mask.length; i++) total[i]! += score * mask[i]!;
      }
      const data = Float32Array.from(total, (sum) => sum / (options.masks * options.p));
      return { attribution: { shape: [1, height, width], data } };
    };
  },
});

/** Fills in one mask after another. */
function smoothMasks(height: number, width: number, { grid, p, seed }: { grid: number; p: number; seed: number }) {
  const { uniform, below } = random(seed);
  const [cellHeight, cellWidth] = [Math.ceil(height / grid), Math.ceil(width / grid)];
  const cells = new Float32Array(grid * grid);
  const [rows, columns] = [linear(grid, (grid + 1) * cellHeight), linear(grid, (grid + 1) * cellWidth)];
  const lines = new Float32Array(grid * width);
  return (mask: Float32Array) => {
    for (let i = 0; i < cells.length; i++) cells[i] = uniform() < p ? 1 : 0;
    const [top, left] = [below(cellHeight), below(cellWidth)];
    for (let row = 0; row < grid; row++) {
      for (let x = 0; x < width; x++) {
        const { low, high, part } = columns[left + x]!;
        lines[row * width + x] = cells[row * grid + low]! * (1 - part) + cells[row * grid + high]! * part;
      }
    }
    for (let y = 0; y < height; y++) {
      const { low, high, part } = rows[top + y]!;
      const [from, to] = [low * width, high * width];
      for (let x = 0; x < width; x++) mask[y * width + x] = lines[from + x]! * (1 - part) + lines[to + x]! * part;
    }
  };
}

/** Bilinear upsampling of one axis with half-pixel centres, edges repeated. */
function linear(from: number, to: number): { low: number; high: number; part: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const place = Math.max(0, Math.min(from - 1, ((i + 0.5) * from) / to - 0.5));
    const low = Math.floor(place);
    return { low, high: Math.min(from - 1, low + 1), part: place - low };
  });
}
