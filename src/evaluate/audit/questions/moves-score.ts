/** Does its order of pixels move the score more than baselines do? */
import { baselines } from '../candidates.js';
import type { Evidence } from '../evidence.js';
import { type Judgement, none } from '../judgement.js';
import { advantage, estimateOf, isAbove, type Measure, shown } from '../paired.js';

/** Insertion above deletion, by probability: what a map that knows the cause makes large. */
export const faithfulness: Measure = ({ insertion, deletion }) =>
  insertion && deletion && insertion.probability.auc - deletion.probability.auc;

/** The same by the logit. */
const logitFaithfulness: Measure = ({ insertion, deletion }) => insertion && deletion && insertion.logit.auc - deletion.logit.auc;

/** Insertion and deletion, compared with every baseline on the same images; and ROAD, where the budget has it. */
export function movesScore(all: readonly Evidence[], candidate: string): Judgement {
  const own = estimateOf(all, candidate, faithfulness);
  if (own.n === 0) return none('Not tested.');
  const rivals = baselines.map(({ name }) => name).filter((name) => name !== candidate);
  const over = rivals.map((name) => ({ name, ahead: advantage(all, candidate, name, faithfulness) }));
  const logits = rivals.map((name) => advantage(all, candidate, name, logitFaithfulness).mean > 0);
  const evidence = [
    `insertion minus deletion, area by probability: ${shown(own)}; by logit: ${shown(estimateOf(all, candidate, logitFaithfulness))}`,
    `alone: insertion ${shown(estimateOf(all, candidate, (one) => one.insertion?.probability.auc))}, higher is better; ` +
      `deletion ${shown(estimateOf(all, candidate, (one) => one.deletion?.probability.auc))}, lower is better`,
    ...over.map(({ name, ahead }) => `ahead of ${name} by ${shown(ahead)}`),
    ...roadLine(all, candidate),
  ];
  const better = over.filter(({ ahead }) => ahead.mean > 0).map(({ name }) => name);
  if (own.n < 2) {
    const beaten = better.length > 0 ? better.join(' and ') : 'none of the baselines';
    const words = `On this one image it beats ${beaten}; one image proves nothing.`;
    return { answer: 'unclear', words, evidence };
  }
  const certain = over.map(({ ahead }) => isAbove(ahead));
  const beatsAll = certain.every((one) => one === true);
  const beatsNone = over.every(({ ahead }) => ahead.mean <= 0);
  const disagree = over.some(({ ahead }, i) => ahead.mean > 0 !== logits[i]);
  if (beatsAll && !disagree)
    return { answer: 'yes', words: `Its order of pixels is better than ${rivals.join(', ')}.`, evidence };
  if (beatsNone)
    return {
      answer: 'no',
      words: `Its order of pixels is no better than ${rivals.join(', ')}: it does not know what moves the score.`,
      evidence,
    };
  const unsure = disagree ? ' Logit and probability do not agree.' : '';
  const words = `On average better than ${better.join(', ')}; these images do not make all of it certain.${unsure}`;
  return { answer: certain.includes(true) ? 'partly' : 'unclear', words, evidence };
}

function roadLine(all: readonly Evidence[], candidate: string): string[] {
  const combined = estimateOf(all, candidate, ({ road }) => road && (road.lerf - road.morf) / 2);
  return combined.n > 0
    ? [`ROAD, (least first - most first) / 2 by logit: ${shown(combined)}; above 0 is better than chance`]
    : [];
}
