/** True counterfactuals: the same picture made again without one of its parts, so that no fill is needed. */
import { type Pixels, type Score, scoreEach } from '../faithfulness/pixels.js';
import { type HeatMap, type Mask, massOf } from '../map/heat-map.js';
import type { Outcome } from '../model/scorer.js';
import { spearman } from '../similarity/spearman.js';
import { mean } from '../statistics/moments.js';
import { type Change, changeOf } from './region-effect.js';

/** The picture without a factor (its object, its background, a tag), or with another one, and where that factor was. */
export interface Twin {
  readonly factor: string;
  readonly image: Pixels;
  readonly mask: Mask;
}

export interface TwinEffect {
  readonly factor: string;
  /** f(x) - f(twin), the mean over the factor's twins: what the factor truly does. */
  readonly effect: Change;
  /** Number of twins. */
  readonly n: number;
  /** Share of the map's mass on the factor: what the map says it does. */
  readonly mass: number;
  /** The mask's share of the image: what a map without information says. */
  readonly area: number;
}

export interface TwinEffects {
  readonly effects: readonly TwinEffect[];
  /** Spearman's correlation of the size of the effects with the mass above chance (mass - area), -1 to 1, higher is better; of two factors only their order. */
  readonly agreement: number;
}

/**
 * True effect and attributed mass of each factor, in the order in which the twins name them. Several twins of a factor, such as other objects in the same
 * place, are averaged.
 * @param pooling which part of the map is its mass: magnitudes, or the positive part alone
 */
export async function twinEffects(
  score: Score<Outcome>,
  image: Pixels,
  map: HeatMap,
  twins: readonly Twin[],
  pooling: 'absolute' | 'positive' = 'absolute',
): Promise<TwinEffects> {
  const [clean, ...others] = await scoreEach(score, [image, ...twins.map((twin) => twin.image)]);
  const value = pooling === 'absolute' ? Math.abs : (one: number) => Math.max(one, 0);
  const effects = [...new Set(twins.map(({ factor }) => factor))].map((factor): TwinEffect => {
    const changes = twins.flatMap((twin, i) => (twin.factor === factor ? [changeOf(clean!, others[i]!)] : []));
    const { mask } = twins.find((twin) => twin.factor === factor)!;
    const { inside, all } = massOf(map, mask, value);
    return { factor, effect: meanChange(changes), n: changes.length, mass: all > 0 ? inside / all : 0, area: areaOf(mask) };
  });
  const agreement = spearman(
    effects.map(({ effect }) => Math.abs(effect.logit)),
    effects.map(({ mass, area }) => mass - area),
  );
  return { effects, agreement };
}

const meanChange = (changes: readonly Change[]): Change => ({
  logit: mean(changes.map(({ logit }) => logit)),
  probability: mean(changes.map(({ probability }) => probability)),
  logProbability: mean(changes.map(({ logProbability }) => logProbability)),
});

const areaOf = (mask: Mask): number => massOf(mask, mask, (value) => Number(value !== 0)).inside / mask.data.length;
