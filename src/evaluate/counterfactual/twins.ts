/** True counterfactuals: the same picture made again without one of its parts, so that no fill is needed. */
import type { Pixels, Score } from '../faithfulness/pixels.js';
import { type HeatMap, type Mask, massOf } from '../map/heat-map.js';
import type { Outcome } from '../model/scorer.js';
import { spearman } from '../similarity/spearman.js';
import { type Change, changeOf } from './region-effect.js';

/** The picture without a factor (its object, its background, a tag), and where that factor was. */
export interface Twin {
  readonly factor: string;
  readonly image: Pixels;
  readonly mask: Mask;
}

export interface TwinEffect {
  readonly factor: string;
  /** f(x) - f(twin): what the factor truly does. */
  readonly effect: Change;
  /** Share of the map's magnitude on the factor: what the map says it does. */
  readonly mass: number;
  /** The mask's share of the image: what a map without information says. */
  readonly area: number;
}

/**
 * True effect and attributed mass of each factor. `agreement` is Spearman's correlation of the size of the effects with the mass above chance (mass - area),
 * -1 to 1, higher is better; of two factors it is only their order.
 */
export async function twinEffects(
  score: Score<Outcome>,
  image: Pixels,
  map: HeatMap,
  twins: readonly Twin[],
): Promise<{ readonly effects: readonly TwinEffect[]; readonly agreement: number }> {
  const [clean, ...others] = await score([image, ...twins.map((twin) => twin.image)]);
  const effects = twins.map(({ factor, mask }, i) => {
    const { inside, all } = massOf(map, mask, Math.abs);
    const covered = massOf(mask, mask, (value) => Number(value !== 0));
    return {
      factor,
      effect: changeOf(clean!, others[i]!),
      mass: all > 0 ? inside / all : 0,
      area: covered.inside / mask.data.length,
    };
  });
  const agreement = spearman(
    effects.map(({ effect }) => Math.abs(effect.logit)),
    effects.map(({ mass, area }) => mass - area),
  );
  return { effects, agreement };
}
