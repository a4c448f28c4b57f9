/** Gathers the evidence about one map: runs every test of the budget, and notes those that fail instead of ending. */
import { sparseness } from '../complexity/sparseness.js';
import type { HeatMap } from '../map/heat-map.js';
import { loadAttributor } from '../model/attributor.js';
import { counted } from '../model/counted-runtime.js';
import { tensorOf } from '../model/scorer.js';
import { type Candidate, readMap } from './candidates.js';
import type { Attempt, AuditedImage, GatherContext } from './context.js';
import type { Evidence } from './evidence.js';
import { testsOfMap } from './map-tests.js';
import { testsOfMethod } from './method-tests.js';

export interface Gathered {
  readonly evidence: Evidence;
  /** The map that was tested; none where the method failed. */
  readonly map?: HeatMap;
}

export async function gather(candidate: Candidate, audited: AuditedImage, context: GatherContext): Promise<Gathered> {
  const { image, target, name } = audited;
  const score = context.scorer.ofClass(target);
  const start = performance.now();
  const [clean] = await score([image]);
  const forwardMilliseconds = performance.now() - start;
  const base = { image: name, candidate: candidate.name, kind: candidate.kind, target, clean: clean! };
  const failures: Record<string, string> = {};
  const attempt: Attempt = async (test, work) => {
    context.onTest(test);
    try {
      return await work();
    } catch (error) {
      failures[test] = (error as Error).message;
      return undefined;
    }
  };
  if (candidate.kind === 'baseline') {
    const map = candidate.map(image, context.seed);
    const tests = await testsOfMap(map, audited, score, context, attempt);
    return {
      map,
      evidence: { ...base, reading: candidate.summary, sparseness: sparseness(map.data), ...tests, failures, notes: [] },
    };
  }
  const { runtime, count } = counted(context.model.runtime);
  const shape = tensorOf([image], context.scorer.layout).shape;
  const attributor = await attempt('explain', () =>
    loadAttributor({ ...context.model, runtime }, candidate.method, shape, candidate.options),
  );
  const explained = attributor && (await attempt('explain', () => attributor.explain(image, target)));
  if (!attributor || !explained) {
    await attributor?.dispose();
    return { evidence: { ...base, reading: '', failures, notes: [] } };
  }
  const cost = { milliseconds: explained.milliseconds, ...count(), forwardMilliseconds };
  const { map, reading, isSigned } = readMap(explained, image, attributor.layout);
  const completeness = explained.rows[0]!.completeness;
  try {
    const tests = await testsOfMap(map, audited, score, context, attempt);
    const own = await testsOfMethod(candidate, attributor, audited, context, attempt);
    const evidence: Evidence = {
      ...base,
      reading,
      isSigned,
      sparseness: sparseness(map.data),
      ...(completeness && { completeness }),
      ...tests,
      ...own,
      cost,
      failures,
      notes: explained.notes,
    };
    return { map, evidence };
  } finally {
    await attributor.dispose();
  }
}
