/** Image signature: the signs of the cosine transform, transformed back, light up where the picture is sparse. */

import { channelField } from './colour/channels.js';
import { fillLab } from './colour/lab.js';
import { resizeBilinear } from './filter/bilinear.js';
import { gaussianKernel } from './filter/kernels.js';
import { separable } from './filter/separable.js';
import { defineSaliency } from './method.js';
import type { Picture } from './picture.js';
import { emptyField, type Field, minMax, toPlane } from './plane.js';
import { dct2, inverseDct2 } from './spectrum/dct.js';
import { atWorkingSize } from './spectrum/working-size.js';

/** The mean over Lab channels (a grey picture has one) of idct(sign(dct))^2, blurred by a Gaussian of 4.5% of the width; 0 to 1. */
export const imageSignature = defineSaliency({
  name: 'image-signature',
  summary: 'energy of the picture rebuilt from the signs of its cosine transform, on 64 pixels, 0 to 1',
  reference: 'Hou, Harel, Koch, PAMI 2012, and its MATLAB code in SMILER (IMSIG)',
  options: {},
  compute(picture, _options, show) {
    const channels = smallChannels(picture);
    const energy = emptyField(channels[0]!);
    for (const [index, channel] of channels.entries()) {
      const signs = dct2(channel);
      for (let i = 0; i < signs.data.length; i++) signs.data[i] = Math.sign(signs.data[i]!);
      const rebuilt = inverseDct2(signs);
      if (channels.length > 1) show?.(`rebuilt from signs, ${'Lab'[index]}`, toPlane(rebuilt));
      for (let i = 0; i < rebuilt.data.length; i++) energy.data[i]! += rebuilt.data[i]! ** 2 / channels.length;
    }
    const kernel = gaussianKernel(12, 0.045 * energy.width);
    return resizeBilinear(toPlane(minMax(separable(energy, kernel, kernel, 'zero'))), picture.width, picture.height);
  },
});

/**
 * Each channel at 64 pixels: colours in Lab, grey as it is; bicubic overshoot is cut to 0 to 1 first. In double precision throughout: the
 * sign of a frequency that is hardly there counts as much as any other.
 */
function smallChannels(picture: Picture): Field[] {
  const small = Array.from({ length: picture.channels }, (_, channel) => atWorkingSize(channelField(picture, channel)));
  for (const { data } of small) for (let i = 0; i < data.length; i++) data[i] = Math.max(0, Math.min(1, data[i]!));
  const [red, green, blue] = small;
  if (!red || !green || !blue) return small;
  const levels = new Float64Array(red.data.length * 3);
  for (let i = 0; i < red.data.length; i++) levels.set([red.data[i]!, green.data[i]!, blue.data[i]!], i * 3);
  const lab = new Float64Array(levels.length);
  fillLab({ width: red.width, height: red.height, channels: 3, levels }, lab);
  return [0, 1, 2].map((offset) => ({ ...red, data: Float64Array.from(red.data, (_, i) => lab[i * 3 + offset]!) }));
}
