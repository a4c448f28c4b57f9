/** Every golden number of the metrics: `test/fixtures/evaluate/metrics`, made by the reference libraries. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Inputs,
  linearScore,
  linearSoftmax,
  planarOf,
  planeOf,
  rowOf,
  shapedLike,
} from '../../test/fixtures/evaluate/golden-inputs.js';
import { entropy } from './complexity/entropy.js';
import { sparseness } from './complexity/sparseness.js';
import { averageDrop } from './faithfulness/average-drop.js';
import { deletion } from './faithfulness/deletion.js';
import { infidelity } from './faithfulness/infidelity.js';
import { insertion } from './faithfulness/insertion.js';
import { linearImputation } from './faithfulness/linear-imputation.js';
import { regionPerturbation } from './faithfulness/region-perturbation.js';
import { aucJudd } from './fixation/auc-judd.js';
import { correlationCoefficient } from './fixation/correlation.js';
import { klDivergence } from './fixation/kl-divergence.js';
import { nss } from './fixation/nss.js';
import { shuffledAuc } from './fixation/shuffled-auc.js';
import { similarity } from './fixation/similarity.js';
import { attributionLocalisation } from './localisation/attribution-localisation.js';
import { energyPointingGame } from './localisation/energy-pointing-game.js';
import { iou } from './localisation/iou.js';
import { pointingGame } from './localisation/pointing-game.js';
import { relevanceMassAccuracy } from './localisation/relevance-mass-accuracy.js';
import { relevanceRankAccuracy } from './localisation/relevance-rank-accuracy.js';
import { rocAuc } from './localisation/roc-auc.js';
import { topKIntersection } from './localisation/top-k-intersection.js';
import { eMeasure } from './salient-object/e-measure.js';
import { fMeasure } from './salient-object/f-measure.js';
import { meanAbsoluteError } from './salient-object/mae.js';
import { sMeasure } from './salient-object/s-measure.js';
import { hog } from './similarity/hog.js';
import { spearman, spearmanAbsolute } from './similarity/spearman.js';
import { ssim } from './similarity/ssim.js';
import { maxSensitivity } from './stability/max-sensitivity.js';

interface Golden {
  readonly metric: string;
  readonly tolerance: number;
  readonly cases: readonly { readonly name: string; readonly inputs: Inputs; readonly expected: unknown }[];
}

const map = (i: Inputs) => planeOf(i.map);
const mask = (i: Inputs) => planeOf(i.mask);
const scoreOf = (i: Inputs) => linearScore((i.weights as number[][][]).flat(2), i.bias);

const metrics: Readonly<Record<string, (i: Inputs) => unknown>> = {
  'attribution-localisation': (i) => attributionLocalisation(map(i), mask(i)),
  'auc-judd': (i) => aucJudd(map(i), i.fixations, i.dialect),
  'average-drop': (i) => {
    const probability = linearSoftmax(i.weights, i.bias);
    return averageDrop(
      i.images.map((image, k) => {
        const pixels = planarOf(image);
        const scores = probability(pixels);
        const top = scores.indexOf(Math.max(...scores));
        return {
          image: pixels,
          map: planeOf(i.maps[k]!),
          probability: async (images) => images.map((x) => probability(x)[top]!),
        };
      }),
    );
  },
  cc: (i) => correlationCoefficient(planeOf(i.a), planeOf(i.b)),
  complexity: (i) => entropy(i.attribution),
  'deletion-insertion-rise': async (i) => {
    const options = { dialect: 'rise', step: i.step } as const;
    const removed = await deletion(scoreOf(i), planarOf(i.image), map(i), options);
    const inserted = await insertion(scoreOf(i), planarOf(i.image), map(i), options);
    return { deletion: removed.scores, deletionAuc: removed.auc, insertion: inserted.scores, insertionAuc: inserted.auc };
  },
  'deletion-insertion': async (i) => {
    const options = { steps: i.steps, baseline: i.baseline };
    const removed = await deletion(scoreOf(i), planarOf(i.image), map(i), options);
    const inserted = await insertion(scoreOf(i), planarOf(i.image), map(i), options);
    return {
      fractions: removed.fractions,
      deletion: removed.scores,
      insertion: inserted.scores,
      deletionAuc: removed.auc,
      insertionAuc: inserted.auc,
    };
  },
  'e-measure': (i) => eMeasure(planeOf(i.prediction), planeOf(i.truth)),
  'energy-pointing-game': (i) => energyPointingGame(map(i), mask(i)),
  'f-beta': (i) => fMeasure(planeOf(i.prediction), planeOf(i.truth)),
  hog: (i) => [...hog(planeOf(i.image), { orientations: i.orientations, cell: i.cell, block: i.block })],
  infidelity: (i) => infidelity(linearScore(i.weights, i.bias), rowOf(i.x), i.attribution, i.perturbations),
  iou: (i) => iou(map(i), mask(i), i.threshold),
  kl: (i) => klDivergence(map(i), planeOf(i.truth)),
  mae: (i) => meanAbsoluteError(planeOf(i.prediction), planeOf(i.truth)),
  'max-sensitivity': (i) => {
    const explained = {
      gradient: () => Float64Array.from<number>(i.weights),
      'input-x-gradient': (x: ArrayLike<number>) => Float64Array.from(x, (value, k) => value * i.weights[k]!),
    }[i.explanation];
    return maxSensitivity(async (images) => images.map(({ data }) => explained(data)), rowOf(i.x), i.perturbations);
  },
  nss: (i) => nss(map(i), i.fixations, i.dialect),
  'pointing-game': (i) => pointingGame(map(i), mask(i), i.tolerance),
  'region-perturbation': (i) =>
    regionPerturbation(scoreOf(i), planarOf(i.image), map(i), {
      patch: i.patch,
      order: i.order,
      regions: i.regions,
      baseline: i.baseline,
    }),
  'relevance-mass-accuracy': (i) => relevanceMassAccuracy(map(i), mask(i)),
  'relevance-rank-accuracy': (i) => relevanceRankAccuracy(map(i), mask(i)),
  'road-imputation': (i) => {
    const missing = planeOf(i.keep).data.map((keep) => 1 - keep);
    return shapedLike(i.image, linearImputation(planarOf(i.image), missing, { noise: 0 }).data);
  },
  'roc-auc': (i) => rocAuc(map(i), mask(i)),
  's-measure': (i) => sMeasure(planeOf(i.prediction), planeOf(i.truth)),
  'shuffled-auc': (i) => shuffledAuc(map(i), i.fixations, i.otherFixations),
  sim: (i) => similarity(planeOf(i.a), planeOf(i.b), i.dialect),
  sparseness: (i) => sparseness(i.attribution),
  spearman: (i) => ({ signed: spearman(i.x, i.y), abs: spearmanAbsolute(i.x, i.y) }),
  ssim: (i) => ssim(planeOf(i.a), planeOf(i.b), { gaussian: i.gaussian, dataRange: i.dataRange }),
  'top-k-intersection': (i) => topKIntersection(map(i), mask(i), i.k),
};

const folder = new URL('../../test/fixtures/evaluate/metrics/', import.meta.url);
const goldens = readdirSync(folder).map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Golden);

it('covers every golden file', () => {
  expect(Object.keys(metrics).sort()).toEqual(goldens.map(({ metric }) => metric).sort());
});

describe.each(goldens)('$metric', ({ metric, tolerance, cases }) => {
  it.each(cases)('$name', async ({ inputs, expected }) => {
    expectClose(await metrics[metric]!(inputs), expected, tolerance);
  });
});

/** Numbers within a tolerance relative to the larger of 1 and the expected size; everything else equal. */
function expectClose(actual: unknown, expected: unknown, tolerance: number): void {
  if (typeof expected === 'number') {
    expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
  } else if (Array.isArray(expected)) {
    expect((actual as unknown[]).length).toBe(expected.length);
    expected.forEach((value, i) => {
      expectClose((actual as unknown[])[i], value, tolerance);
    });
  } else if (typeof expected === 'object') {
    for (const [key, value] of Object.entries(expected as object)) {
      expectClose((actual as Record<string, unknown>)[key], value, tolerance);
    }
  } else {
    expect(actual).toBe(expected);
  }
}
