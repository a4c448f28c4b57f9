/** That the truth is true: the networks trained on scenes follow what they were trained on, and nothing else. Scenes 1 to 10,000 are of no training set. */
import { describe, expect, it } from 'vitest';
import { accuracyOf, effectOf } from '../../test/scene-models.js';
import { type OpenedModel, openModel } from '../catalog/node/open.js';
import { relevanceMassAccuracy } from '../evaluate/localisation/relevance-mass-accuracy.js';
import { mean } from '../evaluate/statistics/moments.js';
import { explain, loadExplainer, runExplainers } from '../explain/explain.js';
import { planeOf, preprocess, project } from '../image/index.js';
import {
  colours,
  factorsNamed,
  maskOf,
  renderScene,
  type SceneLabel,
  sampleFactors,
  shapeLabel,
  shapes,
  type TwinKind,
  tagLabel,
  textureLabel,
  textures,
} from './index.js';

const both: SceneLabel = (factors) => (shapeLabel(factors)! + textureLabel(factors)!) % 4;

describe('networks trained on scenes', () => {
  it.each<[string, SceneLabel]>([
    ['object-cnn', shapeLabel],
    ['context-cnn', textureLabel],
    ['both-cnn', both],
    ['tag-cnn', (factors) => tagLabel(factors) ?? shapeLabel(factors)],
    ['object-flatten-cnn', shapeLabel],
    ['object-vit', shapeLabel],
    ['context-vit', textureLabel],
  ])('%s is right on at least 99 percent of new scenes', async (name, label) => {
    expect(await accuracyOf(await openModel(`scenes/${name}`), label, 1000)).toBeGreaterThanOrEqual(0.99);
  });

  it('shuffled-cnn has learned nothing that holds for new scenes', async () => {
    // Four standard errors around chance.
    expect(Math.abs((await accuracyOf(await openModel('scenes/shuffled-cnn'), shapeLabel, 1000)) - 0.25)).toBeLessThan(0.055);
  });

  // The last two were trained on the same, but are not what the 2 % are asked of.
  it.each<[string, SceneLabel, TwinKind, readonly TwinKind[], number]>([
    ['object-cnn', shapeLabel, 'other-shape', ['other-texture', 'other-context', 'no-tag', 'other-tag', 'novel-tag'], 0.02],
    ['context-cnn', textureLabel, 'other-texture', ['other-shape', 'other-object', 'no-tag', 'other-tag', 'novel-tag'], 0.02],
    ['object-flatten-cnn', shapeLabel, 'other-shape', ['other-context', 'other-tag'], 0.04],
    ['object-vit', shapeLabel, 'other-shape', ['other-context', 'other-tag'], 0.04],
    ['context-vit', textureLabel, 'other-texture', ['other-object', 'other-tag'], 0.02],
  ])('%s reacts to nothing else by more than a small share, either way', async (name, label, cause, others, share) => {
    const model = await openModel(`scenes/${name}`);
    const { mean, absolute } = await effectOf(model, label, cause, 500);
    expect(mean).toBeGreaterThan(3);
    for (const kind of others) expect((await effectOf(model, label, kind, 500)).absolute, kind).toBeLessThan(share * absolute);
  });

  it('tag-cnn follows the tag where there is one, and the object where there is none', async () => {
    const model = await openModel('scenes/tag-cnn');
    const { mean: byTag } = await effectOf(model, tagLabel, 'other-tag', 500);
    expect(byTag).toBeGreaterThan(3);
    expect((await effectOf(model, tagLabel, 'other-shape', 500)).absolute).toBeLessThan(0.06 * byTag);
    const untagged: SceneLabel = (factors) => (factors.tag ? undefined : shapeLabel(factors));
    expect((await effectOf(model, untagged, 'other-shape', 500)).mean).toBeGreaterThan(2);
  });

  it('both-cnn needs object and context', async () => {
    const model = await openModel('scenes/both-cnn');
    for (const kind of ['other-shape', 'other-texture'] as const)
      expect((await effectOf(model, both, kind, 300)).mean).toBeGreaterThan(3);
  });

  it('clip finds the caption of a scene among 64, and the scene of a caption', async () => {
    const model = await openModel('scenes/clip');
    const scenes = new Map<string, number>();
    for (let seed = 1; scenes.size < 64; seed++) {
      const { caption } = renderScene(seed);
      if (!scenes.has(caption)) scenes.set(caption, seed);
    }
    const texts = await model.encodeTexts!([...scenes.keys()]);
    const cosines: Float32Array[] = [];
    for (const seed of scenes.values()) {
      const { tensor } = preprocess(renderScene(seed).image, model.recipe, { layout: 'NCHW', height: 64, width: 64 });
      cosines.push(Float32Array.from((await explain(model, 'attention', tensor, { texts })).rows[0]!.scores));
    }
    const best = (values: ArrayLike<number>) => Array.from(values).indexOf(Math.max(...Array.from(values)));
    const images = cosines.filter((row, i) => best(row) === i).length / 64;
    const captions = cosines.filter((_, i) => best(cosines.map((row) => row[i]!)) === i).length / 64;
    expect(images).toBeGreaterThanOrEqual(0.95);
    expect(captions).toBeGreaterThanOrEqual(0.95);
  });

  it('on clip, maps of what the text asks for have more relevance on the object it names than those of attention alone', async () => {
    const model = await openModel('scenes/clip');
    const phrases = colours.flatMap((colour) => shapes.map((shape) => `a ${colour} ${shape}`));
    const texts = await model.encodeTexts!(phrases);
    const massOf = async (method: string) => {
      const loaded = await loadExplainer(model, method, [1, 3, 64, 64], { texts });
      const masses: number[] = [];
      for (let seed = 1; seed <= 250; seed++) {
        const scene = renderScene(seed);
        const { colour, shape } = scene.factors.object!;
        const { tensor, view } = preprocess(scene.image, model.recipe, { layout: 'NCHW', height: 64, width: 64 });
        const [found] = await runExplainers(loaded, tensor, { targets: [phrases.indexOf(`a ${colour} ${shape}`)] });
        const map = project(planeOf(found!.attribution), view);
        masses.push(relevanceMassAccuracy(map, maskOf(scene, 'object'), 'positive'));
      }
      await loaded.dispose();
      return mean(masses);
    };
    const [attention, rollout] = [await massOf('attention'), await massOf('attention-rollout')];
    for (const method of ['legrad', 'transformer-attribution', 'textspan'])
      expect(await massOf(method), method).toBeGreaterThan(Math.max(attention, rollout) + 0.01);
  });
});

describe('their folders', () => {
  it.each(['object-cnn', 'context-cnn', 'clip'])('%s is opened with its labels and recipe', async (name) => {
    const model: OpenedModel = await openModel(`scenes/${name}`);
    expect(model.assumptions).toEqual([]);
    expect(model.labels).toEqual(name === 'object-cnn' ? shapes : name === 'context-cnn' ? textures : undefined);
    expect(factorsNamed(1)).toEqual(sampleFactors(1));
  });
});
