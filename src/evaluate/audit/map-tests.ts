/** Tests of any map, whatever made it: deletion, insertion, ROAD, what removing its strongest region does, and where the truth is known, how it lies on it. */
import { regionEffects } from '../counterfactual/region-effect.js';
import { topRegion } from '../counterfactual/regions.js';
import { gridSegments, segmentConsistency } from '../counterfactual/segment-consistency.js';
import { twinEffects } from '../counterfactual/twins.js';
import { riseBlur } from '../faithfulness/blur.js';
import { curveOf, cutsEvery } from '../faithfulness/perturbation-curve.js';
import { constantPixels, type Pixels, pixelCount, replacing, type Score, scoreEach } from '../faithfulness/pixels.js';
import { road } from '../faithfulness/road.js';
import { pointingGame } from '../localisation/pointing-game.js';
import { relevanceMassAccuracy } from '../localisation/relevance-mass-accuracy.js';
import { relevanceRankAccuracy } from '../localisation/relevance-rank-accuracy.js';
import { type HeatMap, type Mask, maskArea } from '../map/heat-map.js';
import { descending } from '../map/ranking.js';
import type { Outcome } from '../model/scorer.js';
import type { Attempt, AuditedImage, GatherContext } from './context.js';
import type { Curves, Evidence, Localisation } from './evidence.js';

/** Share of the pixels that the counterfactual test removes. */
const REGION = 0.15;

/** Evidence that needs the map and the scores alone. */
export async function testsOfMap(
  map: HeatMap,
  { image, twins, mask }: AuditedImage,
  score: Score<Outcome>,
  { budget, seed }: GatherContext,
  attempt: Attempt,
): Promise<Partial<Evidence>> {
  const order = descending(map.data, { seed });
  const step = Math.ceil(pixelCount(image) / budget.steps);
  const deletion = await attempt('deletion', () => curves(score, image, constantPixels(image, 0), order, step));
  const insertion = await attempt('insertion', () => curves(score, riseBlur(image), image, order, step));
  const logit: Score = async (images) => (await score(images)).map((outcome) => outcome.logit);
  const removal = { fractions: budget.roadFractions, seed, tolerance: 1e-3 };
  const removed =
    budget.roadFractions.length > 0
      ? await attempt('road', async () => ({
          morf: (await road(logit, image, map, { ...removal, order: 'morf' })).mean,
          lerf: (await road(logit, image, map, { ...removal, order: 'lerf' })).mean,
        }))
      : undefined;
  const counterfactual = await attempt('counterfactual', () =>
    regionEffects(score, image, topRegion(map, REGION, seed), { fills: budget.fills, nulls: budget.nulls, seed }),
  );
  const cells =
    budget.cells > 0
      ? await attempt('cells', () => segmentConsistency(score, image, map, gridSegments(map, budget.cells)))
      : undefined;
  const truth = twins && (await attempt('twins', () => twinEffects(score, image, map, twins(), 'positive')));
  const localisation = mask && (await attempt('masks', async () => localisationOf(map, mask)));
  return {
    ...(deletion && { deletion }),
    ...(insertion && { insertion }),
    ...(removed && { road: removed }),
    ...(counterfactual && { counterfactual }),
    ...(cells && { agreement: cells.agreement }),
    ...(truth && { twins: truth }),
    ...(localisation && { localisation }),
  };
}

function localisationOf(map: HeatMap, mask: Mask): Localisation {
  return {
    area: maskArea(map, mask) / mask.data.length,
    mass: relevanceMassAccuracy(map, mask, 'positive'),
    rank: relevanceRankAccuracy(map, mask),
    hit: Number(pointingGame(map, mask)),
  };
}

async function curves(score: Score<Outcome>, from: Pixels, to: Pixels, order: Int32Array, step: number): Promise<Curves> {
  const cuts = cutsEvery(step, order.length);
  const outcomes = await scoreEach(score, replacing(from, to, order, cuts));
  const fractions = cuts.map((cut) => cut / order.length);
  return {
    logit: curveOf(
      fractions,
      outcomes.map(({ logit }) => logit),
    ),
    probability: curveOf(
      fractions,
      outcomes.map(({ probability }) => probability),
    ),
  };
}
