import { describe, expect, it } from 'vitest';
import type { Image } from './image.js';
import { preprocess } from './preprocess.js';
import { preset } from './presets.js';
import { imageOfTensor } from './tensor-image.js';

const photo: Image = { width: 4, height: 4, data: Uint8Array.from({ length: 48 }, (_, i) => (i * 37) % 256) };

describe('imageOfTensor', () => {
  it.each(['imagenet-stretch', 'efficientnet-lite', 'caffe-vgg', 'clip', 'tf'])('undoes the normalisation of %s', (name) => {
    for (const layout of ['NCHW', 'NHWC'] as const) {
      const recipe = preset(name);
      const { tensor, canvas } = preprocess(photo, recipe, { height: 4, width: 4, layout });
      expect(imageOfTensor(tensor, { recipe, layout }).data).toEqual(canvas.data);
    }
  });

  it('stretches unknown values from black to white, and repeats a single channel', () => {
    const tensor = { shape: [2, 1, 1, 3], data: Float32Array.of(9, 9, 9, -1, 0, 1) };
    expect([...imageOfTensor(tensor, { item: 1 }).data]).toEqual([0, 0, 0, 128, 128, 128, 255, 255, 255]);
    expect(new Set(imageOfTensor(tensor).data)).toEqual(new Set([128]));
    expect(() => imageOfTensor(tensor, { item: 2 })).toThrow('no item 2');
    expect(() => imageOfTensor({ shape: [3], data: new Float32Array(3) })).toThrow('no batch of pictures');
  });
});
