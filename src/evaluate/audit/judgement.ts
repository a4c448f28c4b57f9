/** What a verdict is, and the limits that it goes by. */

/** `none`: the question does not apply, or was not asked. */
export type Answer = 'yes' | 'partly' | 'no' | 'unclear' | 'none';

/** An answer in words, with the numbers that it stands on. */
export interface Judgement {
  readonly answer: Answer;
  /** One or two sentences. */
  readonly words: string;
  /** The evidence, ready to be read. */
  readonly evidence: readonly string[];
}

export interface Verdict extends Judgement {
  readonly question: string;
}

/** Nothing to answer. */
export const none = (words: string): Judgement => ({ answer: 'none', words, evidence: [] });

/**
 * Conventions, not laws: literature has no thresholds. They are printed with each verdict, so that a reader may draw other lines.
 */
export const limits = {
  /** Relative gap of a sum that should add up. */
  complete: 0.02,
  nearlyComplete: 0.1,
  /** Spearman's correlation of magnitudes that a map keeps when weights are lost: above, it did not need them; below, it did. */
  keeps: 0.7,
  loses: 0.5,
  /** The same for the map of another class. */
  sameForAnyClass: 0.9,
  ownForEachClass: 0.75,
  /** Share of random regions whose removal costs less. */
  marksCause: 0.9,
  marksSome: 0.65,
  /** Share of scenes on which what a map marks most is what decides. */
  namesCause: 0.9,
  namesSome: 0.65,
  /** Spearman's correlation of maps under invisible noise. */
  stable: 0.9,
  unstable: 0.6,
} as const;

export const percent = (value: number): string => `${Math.round(100 * value)} %`;

/** Two digits behind the point, and a sign where it matters. */
export const number = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : 'undefined');
