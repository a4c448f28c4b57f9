/** The causal question: what happens to the score when a region is removed, or kept alone, and is that more than chance? */
import { type Pixels, type Score, scoreEach } from '../faithfulness/pixels.js';
import type { Outcome } from '../model/scorer.js';
import { mean, standardDeviation } from '../statistics/moments.js';
import { type FillName, type FillOptions, fillNames, fillOf } from './fills.js';
import { complement, type Region, shiftedRegions } from './regions.js';

export interface RegionEffectOptions extends FillOptions {
  readonly fills?: readonly FillName[];
  /** Random regions of the same shape. Default 30; fewer say little about the tail. */
  readonly nulls?: number;
  /** A region of the same area elsewhere, such as the context of an object. */
  readonly context?: Region;
}

/** Changes f(x) - f(x'), for each unit of the score: positive where the score falls. */
export type Change = Outcome;

export interface FillEffect {
  readonly fill: FillName;
  /** The region removed. */
  readonly deleted: Change;
  /** Everything else removed. */
  readonly kept: Change;
  /** The control region removed. */
  readonly context?: Change;
  /** Removal of random regions, by the logit. */
  readonly chance: {
    readonly mean: number;
    readonly standardDeviation: number;
    readonly n: number;
    /** Share of random regions whose removal costs less, 0 to 1, ties half: 0.5 is chance. */
    readonly percentile: number;
    /** Distance from their mean in their standard deviations. */
    readonly z: number;
  };
}

export interface RegionEffects {
  readonly fills: readonly FillEffect[];
  /** Whether the fills disagree: in the sign of the deletion's effect, or by more than {@link SPREADS} standard deviations of random regions. Then the effect is the fill's, not the region's. */
  readonly fillDependent: boolean;
}

/**
 * Effects of deleting and of keeping a region under several fills, against a null distribution of regions of the same shape. The percentile is 0 to 1,
 * higher is better; 0.5 means that the map marks nothing special.
 *
 * Pitfalls: a hole is unlike any image, which the null distribution corrects for and the keep effect does not; saturated models lose nothing with
 * one of two sufficient regions; a percentile from few random regions is coarse (n is given).
 */
export async function regionEffects(
  score: Score<Outcome>,
  image: Pixels,
  region: Region,
  { fills = fillNames, nulls = 30, context, ...options }: RegionEffectOptions = {},
): Promise<RegionEffects> {
  const [clean] = await score([image]);
  const effects: FillEffect[] = [];
  for (const name of fills) {
    const fill = fillOf(image, name, options);
    const tested = [region, complement(region), ...(context ? [context] : [])];
    const outcomes = await scoreEach(score, filledEach(fill, tested, shiftedRegions(region, nulls, options.seed ?? 0)));
    const changes = outcomes.map((outcome) => changeOf(clean!, outcome));
    const chance = changes.slice(tested.length).map(({ logit }) => logit);
    effects.push({
      fill: name,
      deleted: changes[0]!,
      kept: changes[1]!,
      ...(context && { context: changes[2]! }),
      chance: chanceOf(changes[0]!.logit, chance),
    });
  }
  return { fills: effects, fillDependent: dependsOnFill(effects) };
}

function* filledEach(fill: (region: Region) => Pixels, tested: readonly Region[], chance: Iterable<Region>): Generator<Pixels> {
  for (const region of tested) yield fill(region);
  for (const region of chance) yield fill(region);
}

export function changeOf(before: Outcome, after: Outcome): Change {
  return {
    logit: before.logit - after.logit,
    probability: before.probability - after.probability,
    logProbability: before.logProbability - after.logProbability,
  };
}

function chanceOf(effect: number, chance: readonly number[]): FillEffect['chance'] {
  const spread = chance.length > 1 ? standardDeviation(chance, true) : 0;
  const below = chance.filter((value) => value < effect).length;
  const ties = chance.filter((value) => value === effect).length;
  return {
    mean: mean(chance),
    standardDeviation: spread,
    n: chance.length,
    percentile: (below + ties / 2) / chance.length,
    z: spread > 0 ? (effect - mean(chance)) / spread : 0,
  };
}

/** Standard deviations of random regions between fills that still count as agreement. */
const SPREADS = 4;

function dependsOnFill(effects: readonly FillEffect[]): boolean {
  const drops = effects.map(({ deleted }) => deleted.logit);
  const signs = new Set(drops.map(Math.sign));
  const spread = Math.max(...drops) - Math.min(...drops);
  const chance = Math.max(...effects.map((effect) => effect.chance.standardDeviation));
  return signs.size > 1 || spread > SPREADS * chance;
}
