/** Does removing what it marks matter more than removing as much elsewhere? */
import type { FillEffect } from '../../counterfactual/region-effect.js';
import { mean } from '../../statistics/moments.js';
import type { Evidence } from '../evidence.js';
import { type Answer, type Judgement, limits, none, number, percent } from '../judgement.js';
import { estimateOf, type Measure, of, shown } from '../paired.js';

/** Mean over fills of the share of random regions whose removal costs less. */
export const causality: Measure = ({ counterfactual }) =>
  counterfactual && mean(counterfactual.fills.map(({ chance }) => chance.percentile));

/** The counterfactual test of the strongest region, against regions of its shape. */
export function marksCause(all: readonly Evidence[], candidate: string): Judgement {
  const share = estimateOf(all, candidate, causality);
  if (share.n === 0) return none('Not tested.');
  const effects = of(all, candidate).flatMap(({ counterfactual }) => counterfactual ?? []);
  const dependent = effects.filter(({ fillDependent }) => fillDependent).length;
  const names = effects[0]!.fills.map(({ fill }) => fill);
  const answer: Answer = share.mean >= limits.marksCause ? 'yes' : share.mean >= limits.marksSome ? 'partly' : 'no';
  const words = {
    yes: 'Removing what it marks costs more than removing nearly any region of that shape.',
    partly: 'What it marks matters more than most regions of that shape, not more than nearly all.',
    no: 'Removing what it marks costs no more than removing any region of that shape.',
  }[answer as 'yes' | 'partly' | 'no'];
  const lines = names.map((fill) => {
    const each = effects.map(({ fills }) => fills.find((one) => one.fill === fill)!);
    const falls = number(mean(each.map(({ deleted }) => deleted.logit)));
    const keeping = number(mean(each.map(({ kept: only }) => only.logit)));
    const beaten = percent(mean(each.map(({ chance }) => chance.percentile)));
    return `${fill}: removal lowers the logit by ${falls}, keeping it alone by ${keeping}; more than ${beaten} of ${each[0]!.chance.n} random regions`;
  });
  const agreement = estimateOf(all, candidate, (one) => one.agreement);
  const mild = (one: (effect: FillEffect) => number) => mean(effects.map(({ fills }) => Math.min(...fills.map(one))));
  const [removed, alone] = [mild(({ deleted }) => deleted.logit), mild(({ kept: only }) => only.logit)];
  const enough =
    alone > Math.max(removed, 0) ? ` Alone it is not enough: without the rest the logit falls by ${number(alone)}.` : '';
  const doubt = dependent > 0 ? ` In ${dependent} of ${effects.length} images the effect depends on what fills the hole.` : '';
  return {
    answer,
    words: `${words}${enough}${doubt}`,
    evidence: [
      `beats ${shown(share)} of random regions (limits ${limits.marksCause} and ${limits.marksSome}; 0.5 is chance)`,
      ...lines,
      ...(agreement.n > 0 ? [`rank correlation of mark and effect, cell by cell: ${shown(agreement)}`] : []),
    ],
  };
}
