/** Scores at other inputs, for completeness. */
import { filled } from './batches.js';
import type { Row, Workbench } from './method.js';

export async function scoresAt({ load, shape, batch }: Pick<Workbench, 'load' | 'shape' | 'batch'>) {
  const piece = await load(({ score }) => ({ score }));
  const at = async (row: Row, points: readonly Float32Array[]): Promise<Float32Array> => {
    const scores = new Float32Array(points.length);
    for (let first = 0; first < points.length; first += batch.forward) {
      const size = Math.min(batch.forward, points.length - first);
      const input = filled(size, shape.slice(1), (i, into) => into.set(points[first + i]!));
      scores.set((await piece(row, { input }, size)).score!.data, first);
    }
    return scores;
  };
  return {
    at,
    /** How far the score at x is above its mean at the baselines. */
    rise: async (row: Row, baselines: readonly Float32Array[]): Promise<number> => {
      const [score, ...others] = await at(row, [row.input.data, ...baselines]);
      return score! - others.reduce((sum, other) => sum + other, 0) / others.length;
    },
  };
}
