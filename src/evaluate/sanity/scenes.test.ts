/** The finding of Adebayo et al. on a network with ReLU that was trained on scenes, over several of them. */
import { describe, expect, it } from 'vitest';
import { openModel } from '../../catalog/node/open.js';
import { shapeLabel } from '../../scenes/index.js';
import { sceneCases } from '../limits/scene-cases.js';
import { attributeOnGraph } from '../model/on-graph.js';
import { mean } from '../statistics/moments.js';
import { dataRandomisation } from './data-randomisation.js';
import { cascades, parameterRandomisation } from './parameter-randomisation.js';
import type { Similarities } from './similarities.js';
import { weightLayers } from './weight-layers.js';

const SCENES = 12;
const methods = ['guided-backprop', 'gradient', 'grad-cam'] as const;

describe('sanity checks on scenes', async () => {
  const model = await openModel('scenes/object-cnn');
  const shuffled = await openModel('scenes/shuffled-cnn');
  const cases = sceneCases(model, SCENES, shapeLabel);

  it('guided backpropagation keeps its map when the upper layers are lost; gradient and Grad-CAM do not', async () => {
    const lost = cascades(model.graph, { seed: 1 });
    const depth = Math.floor(weightLayers(model.graph).length / 2);
    const kept: Record<string, Similarities[]> = {};
    for (const method of methods) {
      kept[method] = [];
      for (const { image, target } of cases) {
        const attribute = attributeOnGraph(model, method, image, target);
        const [step] = await parameterRandomisation(model.graph, attribute, { depths: [depth], lost });
        kept[method].push(step!.similarities);
      }
    }
    const average = (method: string, measure: 'spearman' | 'spearmanAbsolute' | 'ssim' | 'hog') =>
      mean(kept[method]!.map((one) => one[measure]!));
    expect(average('guided-backprop', 'spearman')).toBeGreaterThan(0.5);
    expect(average('guided-backprop', 'spearmanAbsolute')).toBeGreaterThan(0.6);
    for (const other of ['gradient', 'grad-cam']) {
      expect(average(other, 'spearman')).toBeLessThan(0.35);
      for (const measure of ['spearmanAbsolute', 'ssim', 'hog'] as const)
        expect(average('guided-backprop', measure)).toBeGreaterThan(average(other, measure) + 0.1);
      // Scene by scene, not in the mean alone.
      const ahead = kept['guided-backprop']!.filter((one, i) => one.spearman > kept[other]![i]!.spearman);
      expect(ahead.length).toBeGreaterThanOrEqual(SCENES - 2);
    }
  }, 240_000);

  it('maps differ from those of a network that has learned shuffled labels', async () => {
    const alike: Record<string, number> = {};
    for (const method of methods) {
      const under = (own: typeof model) => (one: (typeof cases)[number]) =>
        attributeOnGraph(own, method, one.image, one.target)(own.graph);
      const found = await dataRandomisation(cases, under(model), under(shuffled));
      alike[method] = mean(found.map(({ spearman }) => spearman));
      expect(mean(found.map(({ spearmanAbsolute }) => spearmanAbsolute))).toBeLessThan(0.6);
    }
    // Guided backpropagation draws some of the picture whatever was learned.
    expect(alike['guided-backprop']).toBeGreaterThan(0.1);
    expect(alike.gradient).toBeLessThan(alike['guided-backprop']! - 0.1);
    expect(alike['grad-cam']).toBeLessThan(alike['guided-backprop']! - 0.1);
  }, 240_000);
});
