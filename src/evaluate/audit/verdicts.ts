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
import { needsWeights } from './questions/needs-weights.js';

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

/** Every question that an audit answers, in the order of the report. */
export const questions: Readonly<Record<string, Judge>> = {
  'Do its numbers add up to the score?': addsUp,
  'Does it need what the model has learned?': needsWeights,
  'Is it about this class?': aboutClass,
  'Does its order of pixels move the score more than baselines do?': movesScore,
  'Does removing what it marks matter more than removing as much elsewhere?': marksCause,
  'Does it stay the same under noise that no one sees?': isStable,
  'What does it cost?': cost,
};

/** All verdicts for all candidates. */
export function verdictsOf(all: readonly Evidence[]): CandidateVerdicts[] {
  const candidates = [...new Set(all.map(({ candidate }) => candidate))];
  return candidates.map((candidate) => {
    const own = of(all, candidate);
    const failures = own.flatMap((one) => Object.entries(one.failures).map(([test, message]) => `${test}: ${message}`));
    return {
      candidate,
      kind: own[0]!.kind,
      verdicts: Object.entries(questions).map(([question, judge]) => ({ question, ...judge(all, candidate) })),
      failures: [...new Set(failures)],
      notes: [...new Set(own.flatMap(({ notes }) => notes))],
    };
  });
}
