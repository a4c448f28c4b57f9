import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { spearman } from '../evaluate/similarity/spearman.js';
import {
  corners,
  distinctSeeds,
  type Factors,
  factorsNamed,
  mosaic,
  parts,
  renderScene,
  type Scene,
  sampleFactors,
  shapes,
  type TwinKind,
  tagKinds,
  textures,
  twinKinds,
} from './index.js';

const digest = (...bytes: Uint8Array[]) => {
  const hash = createHash('sha256');
  for (const part of bytes) hash.update(part);
  return hash.digest('hex').slice(0, 16);
};

describe('scenes', () => {
  // Recorded once; the trained models hang on these bytes.
  it.each([
    [64, '8d8590ff558c7c9a'],
    [96, '49831c0179e9b67e'],
    [33, '09f68fd5d3db0dbc'],
  ])('of side %i are the same bytes everywhere', (size, expected) => {
    const scenes = Array.from({ length: 200 }, (_, seed) => renderScene(seed, { size }));
    expect(digest(...scenes.flatMap(({ image, masks }) => [image.data, ...parts.map((part) => masks[part])]))).toBe(expected);
  });

  it('have twins of the same bytes everywhere', () => {
    const twins = twinKinds.flatMap((kind) => [3, 4, 5, 6].map((seed) => renderScene(factorsNamed(seed, kind)).image.data));
    expect(digest(...twins)).toBe('797dd129bc9338b8');
  });

  it.each([16, 64, 250])('of side %i have masks that are disjoint and cover the image', (size) => {
    for (let seed = 0; seed < 50; seed++) {
      const { masks, factors } = renderScene(seed, { size });
      const covers = masks.object.map((_, i) => parts.reduce((sum, part) => sum + masks[part][i]!, 0));
      expect(new Set(covers)).toEqual(new Set([1]));
      expect(masks.object.includes(1)).toBe(true);
      expect(masks.tag.includes(1)).toBe(factors.tag !== undefined);
      expect(masks.distractor.includes(1)).toBe(factors.distractor !== undefined);
    }
  });

  it('have objects of the size that their factors say', () => {
    const shares: Record<string, number> = {
      circle: Math.PI * 0.95 ** 2,
      square: 2,
      triangle: (3 * Math.sqrt(3)) / 4,
      cross: 4 * 0.92 * 0.6 - 0.36,
    };
    for (let seed = 0; seed < 40; seed++) {
      const { factors, masks } = renderScene(seed, { size: 512 });
      const { shape, radius } = factors.object!;
      const area = masks.object.reduce((sum, inside) => sum + inside, 0) / 512 ** 2;
      expect(area / (shares[shape]! * radius ** 2)).toBeCloseTo(1, 1);
    }
  });

  it('draw every class equally often, and no factor tells of another', () => {
    const many = Array.from({ length: 20_000 }, (_, seed) => sampleFactors(seed));
    const read: Record<string, (factors: Factors) => number> = {
      shape: ({ object }) => shapes.indexOf(object!.shape),
      texture: ({ context }) => textures.indexOf(context.texture),
      tagged: ({ tag }) => (tag ? 1 : 0),
      distracted: ({ distractor }) => (distractor ? 1 : 0),
      x: ({ object }) => object!.x,
      y: ({ object }) => object!.y,
      radius: ({ object }) => object!.radius,
    };
    const columns = Object.entries(read).map(([name, value]) => [name, Float64Array.from(many, value)] as const);
    for (const [name, values] of columns) {
      // Four standard errors of a rank correlation of independent numbers.
      for (const [other, others] of columns)
        if (name < other) expect(Math.abs(spearman(values, others)), `${name} and ${other}`).toBeLessThan(4 / Math.sqrt(20_000));
    }
    const tagged = many.filter(({ tag }) => tag);
    const counts = [
      ...shapes.map((shape) => many.filter(({ object }) => object!.shape === shape).length / many.length),
      ...textures.map((texture) => many.filter(({ context }) => context.texture === texture).length / many.length),
      ...tagKinds.map((kind) => tagged.filter(({ tag }) => tag!.kind === kind).length / tagged.length),
      ...corners.map((corner) => tagged.filter(({ tag }) => tag!.corner === corner).length / tagged.length),
    ];
    for (const share of counts) expect(share).toBeCloseTo(0.25, 1);
    for (const { object, context, distractor } of many)
      expect(new Set([object!.colour, context.colour, distractor?.colour]).size).toBe(3);
  });

  it.each([
    [15, 'side of 16 to 4096'],
    [64.5, 'side of 16 to 4096'],
    [Number.NaN, 'side of 16 to 4096'],
  ])('of side %s are refused', (size, message) => {
    expect(() => renderScene(1, { size })).toThrow(message);
  });

  it.each([-1, 0.5, 2 ** 32, Number.NaN])('numbered %s are refused', (seed) => {
    expect(() => renderScene(seed)).toThrow('numbered from 0');
  });

  it('are spoken of in simple English', () => {
    const { context, object } = sampleFactors(17);
    expect(renderScene(17).caption).toBe(`a ${object!.colour} ${object!.shape} on ${context.colour} ${context.texture}`);
    expect(renderScene(factorsNamed(17, 'no-object')).caption).toBe(`${context.colour} ${context.texture}`);
    const orange = { ...sampleFactors(17), object: { ...object!, colour: 'orange' as const } };
    expect(renderScene(orange).caption).toMatch(/^an orange /);
  });
});

describe('twins', () => {
  const seeds = Array.from({ length: 60 }, (_, seed) => seed);
  /** The parts that a twin may change, in either of the two. */
  const touched: Record<TwinKind, readonly (keyof Scene['masks'])[]> = {
    'other-object': ['object'],
    'other-shape': ['object'],
    'other-context': ['context', 'object', 'distractor'],
    'other-texture': ['context', 'object', 'distractor'],
    'no-object': ['object'],
    'no-tag': ['tag'],
    'other-tag': ['tag'],
    'novel-tag': ['tag'],
    'no-distractor': ['distractor'],
  };

  it.each(twinKinds)('%s change what they name, and nothing else', (kind) => {
    for (const seed of seeds) {
      const [scene, twin] = [renderScene(seed), renderScene(factorsNamed(seed, kind))];
      const changed = parts.flatMap((part) => (touched[kind].includes(part) ? [scene.masks[part], twin.masks[part]] : []));
      const allowed = grown(changed);
      const strays = allowed.filter(
        (inside, i) => !inside && [0, 1, 2].some((c) => scene.image.data[3 * i + c] !== twin.image.data[3 * i + c]),
      );
      expect(strays.length, `stray pixels of scene ${seed}`).toBe(0);
    }
  });

  it('have another class where they say other, and none where they say no', () => {
    for (const seed of seeds) {
      const { object, context, tag } = sampleFactors(seed);
      const factors = (kind: TwinKind) => factorsNamed(seed, kind);
      expect(factors('other-object').object!.shape).not.toBe(object!.shape);
      expect(factors('other-object').object!.colour).not.toBe(object!.colour);
      expect(factors('other-shape').object).toEqual({ ...object, shape: factors('other-shape').object!.shape });
      expect(factors('other-shape').object!.shape).not.toBe(object!.shape);
      expect(factors('other-context').context.texture).not.toBe(context.texture);
      expect(factors('other-context').object).toEqual(object);
      expect(factors('other-texture').context).toEqual({ ...context, texture: factors('other-texture').context.texture });
      expect(factors('other-texture').context.texture).not.toBe(context.texture);
      expect(factors('other-tag').tag!.kind).not.toBe(tag?.kind);
      expect(factors('novel-tag').tag!.kind).toBe('novel');
      expect(factors('no-object').object ?? factors('no-tag').tag ?? factors('no-distractor').distractor).toBeUndefined();
    }
  });
});

describe('mosaics', () => {
  it('put scenes row by row', () => {
    const { image, scenes, columns } = mosaic([5, 6, 7, 8]);
    expect([image.width, image.height, columns]).toEqual([128, 128, 2]);
    const pixel = (x: number, y: number) => [...image.data.subarray((y * 128 + x) * 3, (y * 128 + x) * 3 + 3)];
    const own = (scene: Scene, x: number, y: number) => [...scene.image.data.subarray((y * 64 + x) * 3, (y * 64 + x) * 3 + 3)];
    expect(pixel(64 + 20, 30)).toEqual(own(scenes[1]!, 20, 30));
    expect(pixel(20, 64 + 30)).toEqual(own(scenes[2]!, 20, 30));
  });

  it('have each class once', () => {
    for (const by of ['object', 'context'] as const) {
      const factors = distinctSeeds(100, by).map(sampleFactors);
      const classes = factors.map(({ object, context }) => (by === 'object' ? object!.shape : context.texture));
      expect(new Set(classes).size).toBe(4);
    }
  });

  it('of no square number are refused', () => {
    expect(() => mosaic([1, 2, 3])).toThrow('4, 9, 16');
  });
});

/** Pixels of 64 x 64 images that are in one of the masks or two pixels from it: edges are mixed with the context, and a triangle's corner is thin. */
function grown(masks: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(64 * 64);
  for (const mask of masks)
    for (const [i, inside] of mask.entries()) {
      if (!inside) continue;
      const [x, y] = [i % 64, Math.floor(i / 64)];
      for (let v = Math.max(y - 2, 0); v <= Math.min(y + 2, 63); v++)
        out.fill(1, v * 64 + Math.max(x - 2, 0), v * 64 + Math.min(x + 2, 63) + 1);
    }
  return out;
}
