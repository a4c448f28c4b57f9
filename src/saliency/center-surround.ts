/** Centre-surround contrast: how much a pixel differs from the mean of the window around it. */
import type { Plane } from '../image/image.js';
import { floatGrey } from './colour/grey.js';
import { labPlanes } from './colour/lab.js';
import { boxMean, type WindowBorder } from './filter/box-mean.js';
import { defineSaliency } from './method.js';
import { emptyPlane } from './plane.js';

/**
 * |g - mean of the (2 radius + 1)^2 window| in grey levels, 0 to 255; in Lab the Euclidean distance of colours. The centre counts in
 * its window's mean. With several scales the radius doubles from one to the next, and the contrasts are averaged.
 */
export const centerSurround = defineSaliency({
  name: 'center-surround',
  summary: 'difference of each pixel to the mean of its window, in grey levels (0 to 255) or Lab distance',
  reference: 'scipy.ndimage.uniform_filter; Achanta, Estrada, Wils, Süsstrunk, ICVS 2008, for several scales and Lab',
  options: {
    radius: {
      type: 'number',
      integer: true,
      min: 1,
      max: 4096,
      default: 15,
      description: 'the window has 2 radius + 1 pixels a side',
    },
    border: {
      type: 'choice',
      choices: ['reflect101', 'clip'],
      default: 'reflect101',
      description: 'the picture is mirrored at its border, or the window is cut there',
    },
    colour: { type: 'choice', choices: ['grey', 'lab'], default: 'grey', description: 'what is compared' },
    scales: {
      type: 'number',
      integer: true,
      min: 1,
      max: 8,
      default: 1,
      description: 'windows of radius, 2 radius, 4 radius ...',
    },
  },
  compute(picture, { radius, border, colour, scales }, show) {
    const planes = colour === 'grey' ? [floatGrey(picture)] : labPlanes(picture);
    const sum = emptyPlane(picture);
    for (let scale = 0; scale < scales; scale++) {
      const contrast = contrastOf(planes, radius * 2 ** scale, border);
      if (scales > 1) show?.(`radius ${radius * 2 ** scale}`, contrast);
      for (let i = 0; i < sum.data.length; i++) sum.data[i]! += contrast.data[i]! / scales;
    }
    return sum;
  },
});

function contrastOf(planes: readonly Plane[], radius: number, border: WindowBorder): Plane {
  const [first, ...others] = planes.map((plane) => {
    const mean = boxMean(plane, radius, border);
    for (let i = 0; i < mean.data.length; i++) mean.data[i] = Math.abs(plane.data[i]! - mean.data[i]!);
    return mean;
  });
  if (others.length === 0) return first!;
  for (let i = 0; i < first!.data.length; i++) {
    let square = first!.data[i]! ** 2;
    for (const { data } of others) square += data[i]! ** 2;
    first!.data[i] = Math.sqrt(square);
  }
  return first!;
}
