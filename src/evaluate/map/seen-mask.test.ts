/** Masks go through preprocessing as photos do. */
import { describe, expect, it } from 'vitest';
import { type Image, parseRecipe, preprocess } from '../../image/index.js';
import { random } from '../../tensor/random.js';
import { seenMask } from './seen-mask.js';

const { below } = random(5);
/** Blocks of 4 x 4, so that halving never meets a pixel that is half inside. */
const blocks = (width: number, height: number) => {
  const values = Array.from({ length: (width / 4) * (height / 4) }, () => below(2));
  return {
    width,
    height,
    data: Uint8Array.from(
      { length: width * height },
      (_, i) => values[Math.floor(i / width / 4) * (width / 4) + Math.floor((i % width) / 4)]!,
    ),
  };
};

describe('a mask as the model sees it', () => {
  it.each<[string, object[], number, number]>([
    ['cropped', [{ crop: 'center', size: [16, 24] }], 40, 32],
    ['halved', [{ resize: 'stretch', size: [16, 20], filter: 'box' }], 40, 32],
    ['padded', [{ pad: 'center', size: 48, value: 0 }], 40, 32],
    [
      'halved and cropped',
      [
        { resize: 'stretch', size: [16, 20], filter: 'box' },
        { crop: 'center', size: 12 },
      ],
      40,
      32,
    ],
    ['enlarged', [{ resize: 'stretch', size: [64, 80], filter: 'nearest' }], 40, 32],
  ])('is %s like a photo of it', (_, steps, width, height) => {
    const mask = blocks(width, height);
    const photo: Image = {
      width,
      height,
      data: Uint8Array.from({ length: 3 * width * height }, (__, i) => 255 * mask.data[Math.floor(i / 3)]!),
    };
    const recipe = parseRecipe({ steps, channels: 'RGB', mean: [0], std: [1], scale: 1 }, 'test');
    const { canvas, view } = preprocess(photo, recipe, { layout: 'NCHW' });
    const expected = Array.from({ length: canvas.width * canvas.height }, (__, i) => Number(canvas.data[3 * i]! > 127));
    expect(expected).toContain(1);
    const seen = seenMask(mask, view);
    expect([seen.width, seen.height]).toEqual([canvas.width, canvas.height]);
    expect(Array.from(seen.data)).toEqual(expected);
  });
});
