/** Do its numbers add up to the score? */
import type { Evidence } from '../evidence.js';
import { type Answer, type Judgement, limits, none, number, percent } from '../judgement.js';
import { of } from '../paired.js';

/** Completeness: the largest relative gap between a map's sum and the score that it promises to explain. */
export function addsUp(all: readonly Evidence[], candidate: string): Judgement {
  const promised = of(all, candidate).flatMap(({ completeness }) => completeness ?? []);
  if (promised.length === 0)
    return none('It does not promise to: its numbers have no unit, and only their order and place can be read.');
  const gaps = promised.map(({ sum, expected }) => Math.abs(sum - expected) / Math.max(Math.abs(expected), 1e-6));
  const worst = Math.max(...gaps);
  const answer: Answer = worst <= limits.complete ? 'yes' : worst <= limits.nearlyComplete ? 'partly' : 'no';
  const words = {
    yes: 'Its numbers can be read as shares of the score.',
    partly: 'Its numbers nearly are shares of the score.',
    no: 'Part of the score is not in the map, or the map has more than the score: do not read its numbers as shares.',
  }[answer as 'yes' | 'partly' | 'no'];
  const first = promised[0]!;
  return {
    answer,
    words,
    evidence: [
      `largest relative gap between sum and score ${percent(worst)} (limit ${percent(limits.complete)}), n ${promised.length}`,
      `first image: the map sums to ${number(first.sum)} of ${number(first.expected)}`,
    ],
  };
}
