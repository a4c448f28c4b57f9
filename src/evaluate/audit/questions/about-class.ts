/** Is it about this class? */
import { mean } from '../../statistics/moments.js';
import type { Evidence } from '../evidence.js';
import { type Answer, type Judgement, limits, none } from '../judgement.js';
import { estimateOf, of, shown } from '../paired.js';

/** Random-logit test: the map of another class. */
export function aboutClass(all: readonly Evidence[], candidate: string): Judgement {
  const own = of(all, candidate);
  if (own[0]?.kind === 'baseline') return { ...none('It is the same for every class.'), answer: 'no' };
  const similar = estimateOf(
    all,
    candidate,
    ({ otherClasses }) => otherClasses && mean(otherClasses.map((s) => s.spearmanAbsolute)),
  );
  if (similar.n === 0) return none('Not tested.');
  const signed = estimateOf(all, candidate, ({ otherClasses }) => otherClasses && mean(otherClasses.map((s) => s.spearman)));
  const alike = Math.max(similar.mean, signed.mean);
  const answer: Answer = alike >= limits.sameForAnyClass ? 'no' : similar.mean <= limits.ownForEachClass ? 'yes' : 'partly';
  const words = {
    no: 'The map of a class chosen at random is the same map: it says where something is, not why this class.',
    yes: 'Another class has another map.',
    partly: 'The map of another class is similar, but not the same.',
  }[answer as 'yes' | 'no' | 'partly'];
  return {
    answer,
    words,
    evidence: [
      `rank correlation with the map of random other classes ${shown(similar)}, signed ${shown(signed)}`,
      `limits: the same above ${limits.sameForAnyClass}, its own below ${limits.ownForEachClass}`,
    ],
  };
}
