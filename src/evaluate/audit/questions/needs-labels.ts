/** Does it change when the model has learned other labels? */
import type { Evidence } from '../evidence.js';
import { type Answer, type Judgement, limits, none } from '../judgement.js';
import { alikeness, estimateOf, of, shown } from '../paired.js';

/** Data randomisation: the map of a model of the same architecture that has learned shuffled labels. */
export function needsLabels(all: readonly Evidence[], candidate: string): Judgement {
  if (of(all, candidate)[0]?.kind === 'baseline')
    return { ...none('It never sees the model: whatever was learned, it is the same.'), answer: 'no' };
  const alike = estimateOf(all, candidate, (one) => one.randomLabels && alikeness(one, one.randomLabels));
  if (alike.n === 0) return none('Not tested.');
  const answer: Answer = alike.mean >= limits.keeps ? 'no' : alike.mean <= limits.loses ? 'yes' : 'unclear';
  const words = {
    no: 'A model that has learned nonsense by heart has nearly the same map: it shows the picture, not what was learned.',
    yes: 'A model that has learned nonsense by heart has another map, as it should.',
    unclear: 'A model that has learned nonsense by heart has a map that is similar in part.',
  }[answer as 'yes' | 'no' | 'unclear'];
  return {
    answer,
    words,
    evidence: [
      `rank correlation of both models' maps, ${of(all, candidate)[0]!.isSigned ? 'with their sign' : 'by magnitudes'}, ${shown(alike)}`,
      `SSIM ${shown(estimateOf(all, candidate, (one) => one.randomLabels?.ssim))}`,
      `limits: keeps its map above ${limits.keeps}, loses it below ${limits.loses}`,
    ],
  };
}
