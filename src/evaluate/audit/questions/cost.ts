/** What does it cost? */
import { mean } from '../../statistics/moments.js';
import type { Evidence } from '../evidence.js';
import { type Judgement, none, number } from '../judgement.js';
import { of } from '../paired.js';

/** Time, and images through a graph. No answer is right or wrong here. */
export function cost(all: readonly Evidence[], candidate: string): Judgement {
  const costs = of(all, candidate).flatMap((one) => one.cost ?? []);
  if (costs.length === 0) return none('It never runs the model.');
  const [milliseconds, forward, rows] = [
    mean(costs.map((one) => one.milliseconds)),
    mean(costs.map((one) => one.forwardMilliseconds)),
    mean(costs.map((one) => one.rows)),
  ];
  const words = `${Math.round(milliseconds)} ms an image here, as much as ${number(milliseconds / forward)} predictions.`;
  return {
    answer: 'none',
    words,
    evidence: [
      `${Number(rows.toFixed(1))} image${rows === 1 ? ' goes' : 's go'} through a graph for one map; one prediction takes ${Math.round(forward)} ms`,
    ],
  };
}
