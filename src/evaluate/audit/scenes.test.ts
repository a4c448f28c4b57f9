/** Audits of networks trained on scenes: what truly decides is known, and so is what an audit must say of each method. */
import { describe, expect, it } from 'vitest';
import { openModel } from '../../catalog/node/open.js';
import { methodNamed } from '../../methods/registry.js';
import { type Factors, shapes, tagKinds } from '../../scenes/index.js';
import { type SceneModel, sceneCases } from '../limits/scene-cases.js';
import { loadScorer } from '../model/scorer.js';
import { audit } from './audit.js';
import { type Budget, budgets } from './budget.js';
import { verdictsOf } from './verdicts.js';

const SCENES = 8;
/** Only what the truth is needed for. */
const budget: Budget = { ...budgets.fast, steps: 2, fills: [], nulls: 0, sanityImages: 0, otherClasses: 0, noisyCopies: 1 };

async function verdicts(
  model: SceneModel,
  label: (factors: Factors) => number | undefined,
  methods: readonly string[],
  randomLabels?: SceneModel,
) {
  const scorer = await loadScorer(model, [1, 3, 64, 64]);
  const images = sceneCases(model, SCENES, label).map(({ seed, image, target, twins }) => {
    return { name: `scene-${seed}`, image, target, twins: () => twins };
  });
  const candidates = methods.map((name) => ({ kind: 'method' as const, name, method: methodNamed(name), options: {} }));
  const shuffled = randomLabels && { randomLabels };
  const evidence = await audit(model, scorer, images, candidates, { budget, seed: 0, ...shuffled });
  await scorer.dispose();
  return (name: string, part: string) =>
    verdictsOf(evidence)
      .find(({ candidate }) => candidate === name)!
      .verdicts.find(({ question }) => question.includes(part))!;
}

describe('an audit of scenes', () => {
  it('tells methods that name the tag from those that mark the object beside it', async () => {
    const tag = ({ tag: found }: Factors) => found && tagKinds.indexOf(found.kind as (typeof tagKinds)[number]);
    const of = await verdicts(await openModel('scenes/tag-cnn'), tag, ['grad-cam', 'guided-backprop']);
    expect(of('grad-cam', 'true cause').answer).toBe('yes');
    expect(of('guided-backprop', 'true cause').answer).toBe('no');
    expect(of('grad-cam', 'true cause').evidence[1]).toMatch(/^decides: tag 8.*; marked most: tag 8$/);
    expect(of('guided-backprop', 'true cause').evidence[1]).toMatch(/^decides: tag 8.*; marked most: object [678]/);
    expect(of('random', 'true cause').answer).not.toBe('yes');
  }, 120_000);

  it('finds that the object decides, and that maps go with what was learned', async () => {
    const shape = ({ object }: Factors) => object && shapes.indexOf(object.shape);
    const shuffled = await openModel('scenes/shuffled-cnn');
    const of = await verdicts(await openModel('scenes/object-cnn'), shape, ['grad-cam', 'integrated-gradients'], shuffled);
    for (const method of ['grad-cam', 'integrated-gradients']) {
      expect(of(method, 'true cause').answer).toBe('yes');
      expect(of(method, 'true cause').evidence[1]).toMatch(/^decides: object 8; marked most: object/);
      expect(of(method, 'shuffled labels').answer).toBe('yes');
    }
    for (const baseline of ['random', 'sobel']) expect(of(baseline, 'true cause').answer).toBe('no');
  }, 120_000);
});
