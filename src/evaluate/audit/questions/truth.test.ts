/** The questions that need a truth: which part decides, where the mask is, what shuffled labels change. */
import { describe, expect, it } from 'vitest';
import type { TwinEffect } from '../../counterfactual/twins.js';
import type { Evidence, Localisation } from '../evidence.js';
import { causesOf, namedBy, namesCause } from './names-cause.js';
import { needsLabels } from './needs-labels.js';
import { onMask } from './on-mask.js';

const evidence = (image: string, candidate: string, rest: Partial<Evidence>): Evidence => ({
  image,
  candidate,
  kind: candidate === 'random' || candidate === 'sobel' || candidate === 'centre' ? 'baseline' : 'method',
  target: 0,
  clean: { logit: 5, probability: 1, logProbability: 0 },
  reading: '',
  failures: {},
  notes: [],
  ...rest,
});

const effect = (factor: string, logit: number, mass: number, area: number): TwinEffect => ({
  factor,
  effect: { logit, probability: 0, logProbability: 0 },
  n: 1,
  mass,
  area,
});

/** Object and context by their effects, and the share of the map on the object, which is a tenth of the image. */
const twins = (object: number, context: number, mass: number) => ({
  effects: [effect('object', object, mass, 0.1), effect('context', context, 1 - mass, 0.9)],
  agreement: 0,
});

describe('the true cause', () => {
  it.each<[TwinEffect[], string[], string | undefined]>([
    [[effect('object', 8, 0.5, 0.1), effect('context', 1, 0.5, 0.9)], ['object'], 'object'],
    [[effect('object', 8, 0.05, 0.1), effect('context', 5, 0.95, 0.9)], ['object', 'context'], 'context'],
    [[effect('object', -1, 0.3, 0.1), effect('context', -2, 0.7, 0.9)], [], 'object'],
    [[effect('object', 1, 0, 0.1), effect('context', 0, 0, 0.9)], ['object'], undefined],
  ])('and what the map names (%#)', (effects, causes, named) => {
    expect(causesOf(effects)).toEqual(causes);
    expect(namedBy(effects)).toBe(named);
  });

  const scenes = (masses: readonly number[], random: readonly number[] = []) => [
    ...masses.map((mass, i) => evidence(`${i}`, 'a', { twins: twins(8, 0, mass) })),
    ...random.map((mass, i) => evidence(`${i}`, 'random', { twins: twins(8, 0, mass) })),
  ];

  it('is judged over scenes, beside baselines', () => {
    expect(namesCause(scenes([0.6, 0.5, 0.9], [0.05, 0.2, 0.02]), 'a')).toMatchObject({
      answer: 'yes',
      words: 'What it marks most is what decides.',
    });
    expect(namesCause(scenes([0.6, 0.5, 0.02], [0.05, 0.05, 0.2]), 'a').answer).toBe('partly');
    expect(namesCause(scenes([0.05, 0.5, 0.02], [0.2, 0.2, 0.2]), 'a').answer).toBe('no');
    expect(namesCause(scenes([0.6, 0.5], [0.2, 0.2]), 'a').words).toContain('So does random, which knows no model');
  });

  it('is told in numbers', () => {
    const [share, counts, shares, object, context] = namesCause(scenes([0.6, 0.4]), 'a').evidence;
    expect(share).toContain('share of 1.00 (1.00 to 1.00, n 2) of the scenes');
    expect(counts).toBe('decides: object 2; marked most: object 2');
    expect(shares).toMatch(/^shares of the map and of the effects overlap by 0\.50 .*; an even map's by 0\.10/);
    expect(object).toBe(
      'object: another object lowers the logit by 8.00; 50 % of the map is on it, which is 10 % of the image (n 2)',
    );
    expect(context).toContain('context: another context lowers the logit by 0.00; 50 %');
  });

  it('is not asked where there is none', () => {
    expect(namesCause([evidence('0', 'a', {})], 'a').words).toBe('Not tested.');
    expect(namesCause([evidence('0', 'a', { twins: twins(-1, -2, 0.5) })], 'a').words).toContain('No part of these scenes');
  });
});

describe('masks', () => {
  const at = (mass: number): { localisation: Localisation } => ({ localisation: { area: 0.1, mass, rank: 0.4, hit: 1 } });
  const judged = (own: readonly number[], baseline: readonly number[]) =>
    onMask(
      [
        ...own.map((mass, i) => evidence(`${i}`, 'a', at(mass))),
        ...['random', 'sobel', 'centre'].flatMap((name) => baseline.map((mass, i) => evidence(`${i}`, name, at(mass)))),
      ],
      'a',
    );

  it.each<[number[], number[], string, string]>([
    [[0.5, 0.6, 0.7], [0.1, 0.1, 0.1], 'yes', '60 % of it lies there, on 10 % of the image; more than of any baseline.'],
    [[0.5, 0.6, 0.7], [0.6, 0.6, 0.6], 'partly', 'not more than of every baseline'],
    [[0.05, 0.1, 0.06], [0.1, 0.1, 0.1], 'no', "no more than of an even map. That may be the model's fault."],
    [[0.5], [0.1], 'unclear', 'these images do not make it certain'],
  ])('%j beside baselines of %j: %s', (own, baseline, answer, words) => {
    const judgement = judged(own, baseline);
    expect(judgement.answer).toBe(answer);
    expect(judgement.words).toContain(words);
  });
});

describe('shuffled labels', () => {
  it.each([
    [0.9, 'no'],
    [0.6, 'unclear'],
    [0.2, 'yes'],
  ])('a rank correlation of %f: %s', (spearmanAbsolute, answer) => {
    const similarities = { spearman: -0.4, spearmanAbsolute, ssim: 0.3, hog: undefined };
    const all = [0, 1].map((i) => evidence(`${i}`, 'a', { randomLabels: similarities }));
    expect(needsLabels(all, 'a').answer).toBe(answer);
    // What is read with its sign is another map where the sign is another.
    const signed = all.map((one) => ({ ...one, isSigned: true }));
    expect(needsLabels(signed, 'a').answer).toBe('yes');
    expect(needsLabels([...all, evidence('0', 'sobel', {})], 'sobel').words).toContain('It never sees the model');
  });
});
