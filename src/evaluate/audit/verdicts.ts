/** Answers, in words and with their evidence, to the questions that a person has about an explanation. */
import type { Evidence } from './evidence.js';
import type { Judgement, Verdict } from './judgement.js';
import { of } from './paired.js';
import { aboutClass } from './questions/about-class.js';
import { addsUp } from './questions/adds-up.js';
import { cost } from './questions/cost.js';
import { isStable } from './questions/is-stable.js';
import { marksCause } from './questions/marks-cause.js';
import { movesScore } from './questions/moves-score.js';
import { namesCause } from './questions/names-cause.js';
import { needsLabels } from './questions/needs-labels.js';
import { needsWeights } from './questions/needs-weights.js';
import { onMask } from './questions/on-mask.js';

export interface CandidateVerdicts {
  readonly candidate: string;
  readonly kind: 'method' | 'baseline';
  readonly verdicts: readonly Verdict[];
  /** What failed, once for each test. */
  readonly failures: readonly string[];
  /** What the method itself said about its maps. */
  readonly notes: readonly string[];
}

/** Judges one candidate by the evidence of all. */
type Judge = (all: readonly Evidence[], candidate: string) => Judgement;

interface Question {
  readonly question: string;
  readonly judge: Judge;
  /** The evidence that only some audits have; without it the question is not asked. */
  readonly needs?: keyof Evidence;
}

/** Every question that an audit answers, in the order of the report. */
export const questions: readonly Question[] = [
  { question: 'Do its numbers add up to the score?', judge: addsUp },
  { question: 'Does it need what the model has learned?', judge: needsWeights },
  { question: 'Does it change when the model has learned shuffled labels?', judge: needsLabels, needs: 'randomLabels' },
  { question: 'Is it about this class?', judge: aboutClass },
  { question: 'Does it name the true cause?', judge: namesCause, needs: 'twins' },
  { question: 'Does it lie on the masks?', judge: onMask, needs: 'localisation' },
  { question: 'Does its order of pixels move the score more than baselines do?', judge: movesScore },
  { question: 'Does removing what it marks matter more than removing as much elsewhere?', judge: marksCause },
  { question: 'Does it stay the same under noise that no one sees?', judge: isStable },
  { question: 'What does it cost?', judge: cost },
];

/** All verdicts for all candidates. */
export function verdictsOf(all: readonly Evidence[]): CandidateVerdicts[] {
  const candidates = [...new Set(all.map(({ candidate }) => candidate))];
  const asked = questions.filter(({ needs }) => needs === undefined || all.some((one) => one[needs] !== undefined));
  return candidates.map((candidate) => {
    const own = of(all, candidate);
    const failures = own.flatMap((one) => Object.entries(one.failures).map(([test, message]) => `${test}: ${message}`));
    return {
      candidate,
      kind: own[0]!.kind,
      verdicts: asked.map(({ question, judge }) => ({ question, ...judge(all, candidate) })),
      failures: [...new Set(failures)],
      notes: [...new Set(own.flatMap(({ notes }) => notes))],
    };
  });
}
