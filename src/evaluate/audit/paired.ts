/** Comparison with baselines on the same images: differences per image, not differences of means. */

import type { Similarities } from '../sanity/similarities.js';
import { bootstrapMean, type Estimate } from '../statistics/bootstrap.js';
import type { Evidence } from './evidence.js';
import { number } from './judgement.js';

export type Measure = (evidence: Evidence) => number | undefined;

/** Rank correlation of two maps in the form that was read: a map with its sign turned around is another map, a sensitivity is not. */
export const alikeness = ({ isSigned }: Evidence, { spearman, spearmanAbsolute }: Similarities): number =>
  isSigned ? spearman : spearmanAbsolute;

/** Evidence of one candidate. */
export function of(all: readonly Evidence[], candidate: string): Evidence[] {
  return all.filter((one) => one.candidate === candidate);
}

/** The measure's mean over the images of one candidate. */
export function estimateOf(all: readonly Evidence[], candidate: string, measure: Measure): Estimate {
  return bootstrapMean(of(all, candidate).map((one) => measure(one) ?? Number.NaN));
}

/** The mean difference to another candidate over the images that both have. */
export function advantage(all: readonly Evidence[], candidate: string, over: string, measure: Measure): Estimate {
  const rivals = new Map(of(all, over).map((one) => [one.image, measure(one)]));
  const differences = of(all, candidate).map((one) => (measure(one) ?? Number.NaN) - (rivals.get(one.image) ?? Number.NaN));
  return bootstrapMean(differences);
}

/** Whether an estimate is above zero as far as its images can tell: by its interval, or undefined where one image is no evidence. */
export function isAbove({ mean, low, high, n }: Estimate, zero = 0): boolean | undefined {
  if (n < 2 || low === undefined || high === undefined) return undefined;
  if (low > zero) return true;
  return high < zero || mean <= zero ? false : undefined;
}

/** "0.31 (0.22 to 0.40, n 12)". */
export function shown({ mean, low, high, n }: Estimate): string {
  if (n === 0) return 'not measured';
  return low === undefined || high === undefined
    ? `${number(mean)} (one image, no interval)`
    : `${number(mean)} (${number(low)} to ${number(high)}, n ${n})`;
}
