/** Audits methods on images: evidence for every pair, baselines beside, whatever fails noted. */
import type { Model } from '../../explain/explanation.js';
import type { HeatMap } from '../map/heat-map.js';
import type { Scorer } from '../model/scorer.js';
import { cascades } from '../sanity/parameter-randomisation.js';
import type { Budget } from './budget.js';
import { baselines, type Candidate } from './candidates.js';
import type { AuditedImage } from './context.js';
import type { Evidence } from './evidence.js';
import { gather } from './gather.js';

export interface AuditOptions {
  readonly budget: Budget;
  readonly seed: number;
  /** A model of the same architecture that has learned shuffled labels, to see whether the maps differ. */
  readonly randomLabels?: Model;
  /** Evidence of an audit that was broken off: these pairs are not tested again. */
  readonly known?: readonly Evidence[];
  /** Called with each new piece, so that it can be kept. */
  readonly onEvidence?: (evidence: Evidence, map: HeatMap | undefined) => Promise<void> | void;
  /** `done` of `total` pairs; now at this test of this pair. */
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

/**
 * Evidence for every image and candidate, in order; the baselines come last. A test that fails is noted in its evidence and the others go on.
 * @param images as the model reads them, of one shape
 */
export async function audit(
  model: Model,
  scorer: Scorer,
  images: readonly AuditedImage[],
  methods: readonly Candidate[],
  { budget, seed, randomLabels, known = [], onEvidence, onProgress }: AuditOptions,
): Promise<Evidence[]> {
  const candidates = [...methods, ...baselines];
  const total = images.length * candidates.length;
  const all: Evidence[] = [];
  const lost = cascades(model.graph, { seed });
  for (const [place, audited] of images.entries()) {
    for (const candidate of candidates) {
      const before = known.find((one) => one.image === audited.name && one.candidate === candidate.name);
      if (before) {
        all.push(before);
        continue;
      }
      const onTest = (test: string) => onProgress?.(all.length, total, `${audited.name} ${candidate.name}: ${test}`);
      const sanity = { ...(place < budget.sanityImages && { lost }), ...(randomLabels && { randomLabels }) };
      const { evidence, map } = await gather(candidate, audited, { model, scorer, budget, seed, ...sanity, onTest });
      await onEvidence?.(evidence, map);
      all.push(evidence);
    }
  }
  return all;
}
