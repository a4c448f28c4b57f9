import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Image } from './image.js';
import { decodeImage } from './node/decode.js';
import { preprocess } from './preprocess.js';
import { recipeFromPreprocessorConfig } from './preprocessor-config.js';
import { preset, presets } from './presets.js';
import type { Recipe } from './recipe.js';

interface Sample {
  readonly shape: number[];
  readonly mean: number;
  readonly index: number[];
  readonly values: number[];
}
const root = new URL('../../', import.meta.url);
const fixtures = JSON.parse(readFileSync(new URL('test/fixtures/image/preprocess.json', root), 'utf8')) as {
  presets: (Sample & { preset: string; size: [number, number] })[];
  configs: (Sample & { config: Record<string, unknown> })[];
};
const chelsea = await decodeImage(readFileSync(new URL('models/photos/chelsea.png', root)), 'chelsea.png');

function expectSample(recipe: Recipe, size: [number, number] | undefined, sample: Sample, levels = 0): void {
  const { tensor } = preprocess(chelsea, recipe, { height: size?.[0], width: size?.[1], layout: 'NCHW' });
  expect(tensor.shape).toEqual(sample.shape);
  const tolerance = 2e-5 * Math.max(1, ...sample.values.map(Math.abs)) + levels;
  sample.values.forEach((value, i) => {
    expect(Math.abs(tensor.data[sample.index[i]!]! - value)).toBeLessThanOrEqual(tolerance);
  });
  expect(Math.abs(tensor.data.reduce((a, b) => a + b, 0) / tensor.data.length - sample.mean)).toBeLessThanOrEqual(tolerance);
}

describe('presets', () => {
  it.each(fixtures.presets)('$preset $size is what its framework makes', (sample) => {
    expectSample(preset(sample.preset), sample.size, sample, sample.preset === 'yolox' ? 1 : 0);
  });

  it('all make an input of their usual size of any photo', () => {
    const photo: Image = { width: 50, height: 31, data: new Uint8Array(50 * 31 * 3).fill(99) };
    for (const recipe of presets) {
      const { tensor } = preprocess(photo, recipe, { layout: 'NCHW' });
      expect(tensor.shape).toEqual([1, recipe.channels === 'grey' ? 1 : 3, ...recipe.input!]);
    }
  });

  it('names near ones for a misspelt name', () => {
    expect(() => preset('imagent')).toThrow('no preprocessing is called "imagent"; did you mean "imagenet"');
  });
});

describe('recipeFromPreprocessorConfig', () => {
  it.each(fixtures.configs.map((sample) => [JSON.stringify(sample.config).slice(0, 120), sample] as const))(
    'equals transformers or timm: %s',
    (_, sample) => expectSample(recipeFromPreprocessorConfig(sample.config, 'config.json'), undefined, sample),
  );

  it('names the field and the value it does not know', () => {
    expect(() => recipeFromPreprocessorConfig({ size: 224, resample: 9 }, 'p.json')).toThrow(
      'p.json: "resample" cannot be 9; it is one of Pillow\'s filters, 0 to 5',
    );
    expect(() => recipeFromPreprocessorConfig({ size: { edge: 3 } }, 'p.json')).toThrow('p.json: "size" cannot be {"edge":3}');
    expect(() => recipeFromPreprocessorConfig({ do_normalize: true }, 'p.json')).toThrow('"image_mean" is missing');
    expect(() => recipeFromPreprocessorConfig({ input_size: [3, 8, 8], crop_mode: 'boarder' }, 'c.json')).toThrow(
      'c.json: "crop_mode" cannot be "boarder"; it is one of center, squash, border',
    );
  });
});

describe('preprocess', () => {
  const photo: Image = { width: 4, height: 2, data: Uint8Array.from({ length: 24 }, (_, i) => i * 10) };
  const plain = { name: 'plain', description: '', steps: [], channels: 'RGB', scale: 1, mean: [0], std: [1] } satisfies Recipe;

  it('lays channels out as the model wants them', () => {
    const planar = preprocess(photo, plain, { layout: 'NCHW' }).tensor;
    expect(planar.shape).toEqual([1, 3, 2, 4]);
    expect([...planar.data.slice(0, 4)]).toEqual([0, 30, 60, 90]);
    const interleaved = preprocess(photo, { ...plain, channels: 'BGR' }, { layout: 'NHWC' }).tensor;
    expect(interleaved.shape).toEqual([1, 2, 4, 3]);
    expect([...interleaved.data.slice(0, 6)]).toEqual([20, 10, 0, 50, 40, 30]);
  });

  it('turns grey for a model with one channel, and repeats grey for one with three', () => {
    const grey = Math.round(0.299 * 0 + 0.587 * 10 + 0.114 * 20);
    expect(preprocess(photo, plain, { layout: 'NCHW', channels: 1 }).tensor.data[0]).toBe(grey);
    expect(preprocess(photo, { ...plain, channels: 'grey' }, { layout: 'NHWC', channels: 3 }).tensor.data.slice(0, 3)).toEqual(
      Float32Array.of(grey, grey, grey),
    );
    expect(() => preprocess(photo, preset('imagenet'), { layout: 'NCHW', channels: 1 })).toThrow("the model's input has one");
    expect(() => preprocess(photo, plain, { layout: 'NCHW', channels: 4 })).toThrow('has 4 channels');
  });

  it('records what the canvas covers and sees', () => {
    const { view: cropped } = preprocess(photo, { ...plain, steps: [{ crop: 'center', size: 2 }] }, { layout: 'NCHW' });
    expect(cropped.covers).toEqual({ left: 1, top: 0, right: 3, bottom: 2 });
    expect(cropped.sees).toEqual(cropped.covers);
    const { view: letterbox, canvas } = preprocess(photo, preset('yolox'), { height: 8, width: 8, layout: 'NCHW' });
    expect(letterbox.covers).toEqual({ left: 0, top: 0, right: 4, bottom: 4 });
    expect(letterbox.sees).toEqual({ left: 0, top: 0, right: 4, bottom: 2 });
    expect([...canvas.data.slice(4 * 8 * 3)]).toEqual(Array(4 * 8 * 3).fill(114));
    const { view: imagenet } = preprocess(chelsea, preset('imagenet'), { height: 224, width: 224, layout: 'NCHW' });
    // Short side 300 becomes 256, 451 becomes 384; the crop starts at (384 - 224) / 2 = 80 and (256 - 224) / 2 = 16.
    expect(imagenet.covers.left).toBeCloseTo((80 * 451) / 384, 10);
    expect(imagenet.covers.bottom).toBeCloseTo((240 * 300) / 256, 10);
  });

  it('says when the recipe and the model disagree', () => {
    expect(() =>
      preprocess(photo, { ...plain, steps: [{ crop: 'center', size: 2 }] }, { height: 3, width: 3, layout: 'NCHW' }),
    ).toThrow("recipe plain makes 2x2 (height x width) of this photo, but the model's input is 3x3");
    expect(() => preprocess(photo, { ...plain, steps: [{ crop: 'center' }] }, { layout: 'NCHW' })).toThrow(
      'the model leaves open',
    );
  });
});
