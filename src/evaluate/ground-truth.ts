/** The metrics that judge a map by ground truth, in one list each: what `sightline evaluate` computes. */
import { gaussianCentre } from './baselines.js';
import { aucJudd } from './fixation/auc-judd.js';
import { correlationCoefficient } from './fixation/correlation.js';
import { fixationDensity } from './fixation/density.js';
import type { Fixation } from './fixation/fixations.js';
import { informationGain } from './fixation/information-gain.js';
import { klDivergence } from './fixation/kl-divergence.js';
import { nss } from './fixation/nss.js';
import { shuffledAuc } from './fixation/shuffled-auc.js';
import { similarity } from './fixation/similarity.js';
import { attributionLocalisation } from './localisation/attribution-localisation.js';
import { energyPointingGame } from './localisation/energy-pointing-game.js';
import { iou, maxIou } from './localisation/iou.js';
import { maxBoxIou } from './localisation/max-box-accuracy.js';
import { pointingGame } from './localisation/pointing-game.js';
import { relevanceMassAccuracy } from './localisation/relevance-mass-accuracy.js';
import { relevanceRankAccuracy } from './localisation/relevance-rank-accuracy.js';
import { rocAuc } from './localisation/roc-auc.js';
import { type HeatMap, type Mask, maskArea } from './map/heat-map.js';
import { eMeasure } from './salient-object/e-measure.js';
import { fMeasure } from './salient-object/f-measure.js';
import { meanAbsoluteError } from './salient-object/mae.js';
import { asBytes } from './salient-object/prediction.js';
import { sMeasure } from './salient-object/s-measure.js';

interface Described {
  readonly name: string;
  readonly better: 'higher' | 'lower' | 'neither';
  /** What a map without information gets. */
  readonly chance: string;
}

export interface MaskMetric extends Described {
  readonly compute: (map: HeatMap, mask: Mask) => number;
}

/** What fixation metrics may use besides the map. */
export interface FixationTruth {
  readonly fixations: readonly Fixation[];
  /** Those of all other images. */
  readonly others: readonly Fixation[];
  /** Of the blur that makes a density of fixations, in pixels. */
  readonly sigma: number;
}

export interface FixationMetric extends Described {
  /** Undefined where the metric needs what is not there. */
  readonly compute: (map: HeatMap, truth: FixationTruth) => number | undefined;
}

const area = "the mask's share of the image";

export const maskMetrics: readonly MaskMetric[] = [
  {
    name: 'mask-area',
    better: 'neither',
    chance: 'the chance level of several others',
    compute: (map, mask) => maskArea(map, mask) / mask.data.length,
  },
  { name: 'pointing-game', better: 'higher', chance: area, compute: (map, mask) => Number(pointingGame(map, mask)) },
  { name: 'energy-pointing-game', better: 'higher', chance: area, compute: energyPointingGame },
  { name: 'relevance-mass-accuracy', better: 'higher', chance: area, compute: (map, mask) => relevanceMassAccuracy(map, mask) },
  { name: 'relevance-rank-accuracy', better: 'higher', chance: area, compute: relevanceRankAccuracy },
  { name: 'attribution-localisation', better: 'higher', chance: area, compute: attributionLocalisation },
  { name: 'roc-auc', better: 'higher', chance: '0.5', compute: rocAuc },
  { name: 'iou', better: 'higher', chance: area, compute: (map, mask) => iou(map, mask) },
  { name: 'max-iou', better: 'higher', chance: area, compute: maxIou },
  { name: 'max-box-iou', better: 'higher', chance: "the share of the mask's box", compute: maxBoxIou },
  { name: 'mae', better: 'lower', chance: '0.5', compute: (map, mask) => meanAbsoluteError(asBytes(map), binary(mask)) },
  {
    name: 'f-measure',
    better: 'higher',
    chance: 'near the area',
    compute: (map, mask) => fMeasure(asBytes(map), binary(mask)).max,
  },
  { name: 's-measure', better: 'higher', chance: 'about 0.5', compute: (map, mask) => sMeasure(asBytes(map), binary(mask)) },
  { name: 'e-measure', better: 'higher', chance: 'about 0.5', compute: (map, mask) => eMeasure(asBytes(map), binary(mask)).max },
];

export const fixationMetrics: readonly FixationMetric[] = [
  { name: 'auc-judd', better: 'higher', chance: '0.5', compute: (map, { fixations }) => aucJudd(map, fixations) },
  {
    name: 'shuffled-auc',
    better: 'higher',
    chance: '0.5',
    compute: (map, { fixations, others }) => (others.length > 0 ? shuffledAuc(map, fixations, others) : undefined),
  },
  { name: 'nss', better: 'higher', chance: '0', compute: (map, { fixations }) => nss(map, fixations) },
  { name: 'cc', better: 'higher', chance: '0', compute: (map, truth) => correlationCoefficient(map, densityOf(map, truth)) },
  {
    name: 'sim',
    better: 'higher',
    chance: "a flat map's",
    compute: (map, truth) => similarity(positive(map), densityOf(map, truth)),
  },
  {
    name: 'kl',
    better: 'lower',
    chance: "a flat map's",
    compute: (map, truth) => klDivergence(positive(map), densityOf(map, truth)),
  },
  {
    name: 'information-gain',
    better: 'higher',
    chance: '0: no better than a Gaussian at the centre',
    compute: (map, { fixations }) => informationGain(positive(map), gaussianCentre(map), fixations),
  },
];

const binary = ({ width, height, data }: Mask): HeatMap => ({
  width,
  height,
  data: Uint8Array.from(data, (value) => (value !== 0 ? 255 : 0)),
});

/** A map without its negative values, which no density has. */
const positive = ({ width, height, data }: HeatMap): HeatMap => ({
  width,
  height,
  data: Float64Array.from(data, (value) => Math.max(value, 0)),
});

const densityOf = (map: HeatMap, { fixations, sigma }: FixationTruth): HeatMap => fixationDensity(map, fixations, sigma);
