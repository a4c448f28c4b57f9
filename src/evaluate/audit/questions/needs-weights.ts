/** Does it need what the model has learned? */
import type { Evidence } from '../evidence.js';
import { type Answer, type Judgement, limits, none, number } from '../judgement.js';
import { alikeness, estimateOf, type Measure, of } from '../paired.js';

/** What the map keeps with the deepest randomisation of no more than half of the layers. */
export const kept: Measure = (evidence) => {
  const step = upperStep(evidence);
  return step && alikeness(evidence, step.similarities);
};

/** Parameter randomisation of the layers nearest to the output. */
export function needsWeights(all: readonly Evidence[], candidate: string): Judgement {
  const own = of(all, candidate);
  if (own[0]?.kind === 'baseline')
    return { ...none('It never sees the model: whatever it shows, the model has no part in it.'), answer: 'no' };
  const tested = own.filter(({ randomisation }) => randomisation?.length);
  const step = tested[0] && upperStep(tested[0]);
  if (!step) return none('Not tested.');
  const { mean: similarity } = estimateOf(all, candidate, kept);
  const answer: Answer = similarity >= limits.keeps ? 'no' : similarity <= limits.loses ? 'yes' : 'unclear';
  const where = `the ${step.depth} layers nearest to the output (of ${tested[0]!.layers}) are given random weights`;
  const words = {
    no: `When ${where}, the model is useless and the map hardly changes: it shows the picture, not the decision.`,
    yes: `When ${where}, the map is lost too, as it should be.`,
    unclear: `When ${where}, part of the map stays: some of it is the picture's own structure.`,
  }[answer as 'yes' | 'no' | 'unclear'];
  const lines = tested[0]!.randomisation!.map(({ depth, similarities: s }) => {
    const ssim = s.ssim === undefined ? '' : `, SSIM ${number(s.ssim)}`;
    return `${depth} of ${tested[0]!.layers} layers random: rank correlation of magnitudes ${number(s.spearmanAbsolute)}, with their sign ${number(s.spearman)}${ssim}`;
  });
  const limit = `limits: keeps its map above ${limits.keeps}, loses it below ${limits.loses}, ${tested[0]!.isSigned ? 'with its sign' : 'by magnitudes'}; images tested: ${tested.length}`;
  return { answer, words, evidence: [...lines, limit] };
}

function upperStep({ randomisation, layers }: Evidence) {
  const upper = randomisation?.filter(({ depth }) => depth <= (layers ?? 0) / 2);
  return upper?.at(-1) ?? randomisation?.[0];
}
