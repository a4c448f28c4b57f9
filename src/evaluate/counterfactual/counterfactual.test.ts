/** Counterfactual tests on models whose causes are known. */
import { describe, expect, it } from 'vitest';
import { factorsNamed, type Part, renderScene } from '../../scenes/index.js';
import { random } from '../../tensor/random.js';
import { type Pixels, pixelCount, type Score } from '../faithfulness/pixels.js';
import { type Outcome, outcomeOf } from '../model/scorer.js';
import { fillOf } from './fills.js';
import { regionEffects } from './region-effect.js';
import { complement, contextRegion, type Region, shiftedRegions, topRegion } from './regions.js';
import { sceneTwins } from './scene-twins.js';
import { gridSegments, segmentConsistency } from './segment-consistency.js';
import { sufficiency } from './sufficiency.js';
import { twinEffects } from './twins.js';

const SIDE = 16;
const { normal } = random(3);
const noise = (): Pixels => ({
  channels: 1,
  width: SIDE,
  height: SIDE,
  data: Float32Array.from({ length: SIDE * SIDE }, normal),
});

/** The upper left quarter. */
const isCause = (i: number) => i % SIDE < 8 && i < 8 * SIDE;
const cause: Region = { width: SIDE, height: SIDE, data: Uint8Array.from({ length: SIDE * SIDE }, (_, i) => Number(isCause(i))) };

/** Looks at squares in the upper left quarter only. */
const score: Score<Outcome> = async (images) =>
  images.map(({ data }) => {
    const energy = Array.from<number>(data).reduce((sum, value, i) => sum + (isCause(i) ? value * value : 0), 0);
    return outcomeOf(Float32Array.of(energy / 10, 0), 0);
  });

const areaOf = ({ data }: Region) => data.reduce((sum: number, inside) => sum + inside, 0);

describe('regions', () => {
  it('have exact areas, also where the map is flat', () => {
    expect(areaOf(topRegion({ width: 10, height: 10, data: new Float32Array(100) }, 0.2))).toBe(20);
    for (const shifted of shiftedRegions(cause, 5, 1)) expect(areaOf(shifted)).toBe(64);
    expect(areaOf(complement(cause))).toBe(192);
  });

  it('of the context avoid the object', () => {
    const context = contextRegion(cause, cause, 0);
    expect(areaOf(context)).toBe(64);
    expect(context.data.some((inside, i) => inside === 1 && isCause(i))).toBe(false);
    expect(() => contextRegion(complement(cause), complement(cause), 0)).toThrow(
      'the context has only 64 pixels, the region 192',
    );
  });
});

describe('effects', () => {
  it.each(['zero', 'channel-mean', 'blur', 'imputation'] as const)('a %s leaves the rest of the image alone', (name) => {
    const image = noise();
    const filled = fillOf(image, name, { feather: 0 })(cause);
    const changed = [...filled.data].map((value, i) => value !== image.data[i] && !isCause(i)).filter(Boolean);
    expect(changed).toHaveLength(0);
  });

  it('of the true cause exceed all random regions; of another region they do not', async () => {
    const image = noise();
    const found = await regionEffects(score, image, cause, { nulls: 40 });
    for (const { deleted, kept, chance } of found.fills) {
      expect(deleted.logit).toBeGreaterThan(4);
      expect(Math.abs(kept.logit)).toBeLessThan(deleted.logit / 5);
      expect(chance.percentile).toBeGreaterThan(0.95);
      expect(chance.n).toBe(40);
    }
    const elsewhere: Region = { ...cause, data: Uint8Array.from(cause.data).reverse() };
    const missed = await regionEffects(score, image, elsewhere, { nulls: 40, context: cause });
    for (const { deleted, context, chance } of missed.fills) {
      expect(Math.abs(deleted.logit)).toBeLessThan(0.5);
      expect(context!.logit).toBeGreaterThan(4);
      expect(chance.percentile).toBeLessThan(0.5);
    }
  });

  it('are flagged where they depend on the fill', async () => {
    // Brightness is the score: black lowers it, a bright mean raises it.
    const bright: Pixels = {
      channels: 1,
      width: SIDE,
      height: SIDE,
      data: Float32Array.from({ length: 256 }, (_, i) => (isCause(i) ? 0.5 : 5)),
    };
    const brightness: Score<Outcome> = async (images) =>
      images.map(({ data }) =>
        outcomeOf(Float32Array.of(Array.from<number>(data).reduce((sum, value) => sum + value, 0) / 256, 0), 0),
      );
    expect((await regionEffects(brightness, bright, cause, { fills: ['zero', 'channel-mean'], nulls: 5 })).fillDependent).toBe(
      true,
    );
    expect((await regionEffects(score, noise(), cause, { fills: ['zero', 'channel-mean'], nulls: 40 })).fillDependent).toBe(
      false,
    );
  });
});

describe('sufficiency and consistency', () => {
  it('keeps the score of the cause on other backgrounds', async () => {
    const image = noise();
    const [clean] = await score([image]);
    for (const { logit } of await sufficiency(score, image, cause, [noise(), noise()], 0))
      expect(logit).toBeCloseTo(clean!.logit, 5);
  });

  it('agrees with the map of squares and not with its negative', async () => {
    const image = noise();
    const squares = { width: SIDE, height: SIDE, data: Array.from(image.data, (value, i) => (isCause(i) ? value * value : 0)) };
    const segments = gridSegments(squares, 4);
    expect((await segmentConsistency(score, image, squares, segments, 'zero')).agreement).toBeGreaterThan(0.7);
    const negative = { ...squares, data: squares.data.map((value) => -value) };
    expect((await segmentConsistency(score, image, negative, segments, 'zero')).agreement).toBeLessThan(-0.7);
  });

  it('compares attributed mass with the effect of twins', async () => {
    const image = noise();
    const without = (inside: (i: number) => boolean): Pixels => ({
      ...image,
      data: image.data.map((value, i) => (inside(i) ? 0 : value)),
    });
    const mask = (inside: (i: number) => boolean) => ({
      width: SIDE,
      height: SIDE,
      data: Uint8Array.from({ length: pixelCount(image) }, (_, i) => Number(inside(i))),
    });
    const isTag = (i: number) => i % SIDE >= 12 && i >= 12 * SIDE;
    const twins = [
      { factor: 'object', image: without(isCause), mask: mask(isCause) },
      { factor: 'tag', image: without(isTag), mask: mask(isTag) },
    ];
    const right = await twinEffects(score, image, mask(isCause), twins);
    expect(right.effects.map(({ mass }) => mass)).toEqual([1, 0]);
    expect(right.effects[1]!.effect.logit).toBe(0);
    expect(right.agreement).toBe(1);
    expect((await twinEffects(score, image, mask(isTag), twins)).agreement).toBe(-1);
    // Several twins of a factor are averaged; what is negative counts for magnitudes alone.
    const halves = [twins[0]!, { ...twins[0]!, image }, twins[1]!];
    const signed = { ...mask(isCause), data: Array.from(mask(isCause).data, (value, i) => value - Number(isTag(i))) };
    const averaged = await twinEffects(score, image, signed, halves, 'positive');
    expect(averaged.effects.map(({ n, mass }) => [n, mass])).toEqual([
      [2, 1],
      [1, 0],
    ]);
    expect(averaged.effects[0]!.effect.logit).toBeCloseTo(right.effects[0]!.effect.logit / 2, 6);
    expect((await twinEffects(score, image, signed, halves)).effects.map(({ mass }) => mass)).toEqual([64 / 80, 16 / 80]);
  });
});

describe('twins of scenes', () => {
  const read = ({ width, height, data }: { width: number; height: number; data: Uint8Array }): Pixels => ({
    channels: 3,
    width,
    height,
    data: Float32Array.from(data),
  });
  const twinsOf = (seed: number, draws: number) => sceneTwins(renderScene(seed), seed, { draws, read, onInput: (mask) => mask });

  it('are there for what a scene has, as often as asked where others can be drawn', () => {
    // Scene 2 has a distractor and no tag, scene 3 a tag and no distractor.
    expect(twinsOf(2, 2).map(({ factor }) => factor)).toEqual(['object', 'object', 'context', 'context', 'distractor']);
    expect(twinsOf(3, 1).map(({ factor }) => factor)).toEqual(['object', 'context', 'tag']);
  });

  it.each<[Part, 'other-object' | 'other-context' | 'no-tag']>([
    ['object', 'other-object'],
    ['context', 'other-context'],
    ['tag', 'no-tag'],
  ])('of the %s begin with the one that is called scene:3/%s', (part, kind) => {
    const twin = twinsOf(3, 3).find(({ factor }) => factor === part)!;
    expect(twin.image.data).toEqual(Float32Array.from(renderScene(factorsNamed(3, kind)).image.data));
    expect(twin.mask.data).toEqual(renderScene(3).masks[part]);
  });
});
