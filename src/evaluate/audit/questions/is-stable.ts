/** Does it stay the same under noise that no one sees? */
import type { Evidence } from '../evidence.js';
import { type Answer, type Judgement, limits, none } from '../judgement.js';
import { estimateOf, of, shown } from '../paired.js';

/** The least alike of some noisy copies, and the largest change. */
export function isStable(all: readonly Evidence[], candidate: string): Judgement {
  const alike = estimateOf(all, candidate, ({ stability }) => stability?.spearman);
  if (alike.n === 0) return none(of(all, candidate)[0]?.kind === 'baseline' ? 'Not asked of a baseline.' : 'Not tested.');
  const answer: Answer = alike.mean >= limits.stable ? 'yes' : alike.mean < limits.unstable ? 'no' : 'partly';
  const words = {
    yes: 'Invisible noise does not change it.',
    partly: 'Invisible noise changes it somewhat: do not read its details.',
    no: 'Invisible noise makes it another map: single pixels mean nothing.',
  }[answer as 'yes' | 'partly' | 'no'];
  const largest = estimateOf(all, candidate, ({ stability }) => stability?.maxSensitivity);
  return {
    answer,
    words,
    evidence: [
      `lowest rank correlation of noisy copies ${shown(alike)} (limits ${limits.stable} and ${limits.unstable})`,
      `largest relative change (max-sensitivity) ${shown(largest)}`,
    ],
  };
}
