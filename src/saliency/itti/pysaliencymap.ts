/** The saliency map of pySaliencyMap, the implementation that most people run. */
import type { Plane } from '../../image/image.js';
import { rgbPlanes } from '../colour/channels.js';
import { mildBilateral } from '../filter/bilateral.js';
import { addResized } from '../filter/bilinear.js';
import { correlate } from '../filter/correlate.js';
import { directions } from '../filter/gabor.js';
import { pyramid } from '../filter/pyramid.js';
import type { Show } from '../method.js';
import type { Picture } from '../picture.js';
import { addTo, emptyPlane, minMax } from '../plane.js';
import { acrossScales, type Contrast, centers, lastLevel } from './contrast.js';
import { promotedByBlocks } from './promotion.js';

/** Motion has the remaining 0.2; a still has none. */
const weights = { intensity: 0.3, colour: 0.3, orientation: 0.2 };

/** 0 to 1. Equal to pySaliencyMap within 1e-4 where both sides are above 256; below, it would fail. */
export function pySaliencyMap(picture: Picture, show?: Show): Plane {
  const { intensity, redGreen, blueYellow } = features(picture);
  const intensities = pyramid(intensity, lastLevel);
  const intensityMap = conspicuity(acrossScales(intensities), picture);
  const colours = [redGreen, blueYellow].flatMap((plane) => acrossScales(pyramid(plane, lastLevel)));
  const colourMap = conspicuity(colours, picture);
  const orientationMap = emptyPlane(picture);
  for (const degrees of directions) {
    const kernel = gaborTable(degrees);
    const filtered = intensities.map((level, index) => (index < centers[0] ? level : correlate(level, kernel, 4)));
    const map = promotedByBlocks(conspicuity(acrossScales(filtered), picture));
    show?.(`${degrees} degrees`, map);
    addTo(orientationMap, map);
  }
  const sum = emptyPlane(picture);
  for (const [name, map] of [
    ['intensity', intensityMap],
    ['colour', colourMap],
    ['orientation', orientationMap],
  ] as const) {
    show?.(`${name} conspicuity`, map);
    addTo(sum, map, weights[name]);
  }
  return mildBilateral(minMax(sum), { radius: 3, value: 3, place: 1.55 });
}

/** Grey, and one-sided differences over the largest channel: max(R - G, 0) and max(B - min(R, G), 0). */
function features(picture: Picture): { intensity: Plane; redGreen: Plane; blueYellow: Plane } {
  const [red, green, blue] = rgbPlanes(picture);
  const intensity = emptyPlane(picture);
  const redGreen = emptyPlane(picture);
  const blueYellow = emptyPlane(picture);
  for (let i = 0; i < intensity.data.length; i++) {
    const [r, g, b] = [red.data[i]!, green.data[i]!, blue.data[i]!];
    const most = Math.max(r, g, b) || 1e-4;
    intensity.data[i] = 0.299 * r + 0.587 * g + 0.114 * b;
    redGreen.data[i] = Math.max(0, (r - g) / most);
    blueYellow.data[i] = Math.max(0, (b - Math.min(r, g)) / most);
  }
  return { intensity, redGreen, blueYellow };
}

/** The sum of the promoted contrasts at full size. Resizing is linear: the maps of a level are added first. */
function conspicuity(contrasts: readonly Contrast[], { width, height }: Picture): Plane {
  const sum = emptyPlane({ width, height });
  for (const center of centers) {
    const [first, ...others] = contrasts.filter((contrast) => contrast.center === center).map(({ map }) => promotedByBlocks(map));
    for (const other of others) addTo(first!, other);
    addResized(sum, first!);
  }
  return sum;
}

/** Its tables in closed form, to 2.4e-6: exp(-a (u^2 + 0.9 v^2)) cos(2 pi u / 3.75), u to the right and up. Their sum is not zero. */
function gaborTable(degrees: number): Float64Array {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const table = Float64Array.from({ length: 81 }, (_, i) => {
    const x = (i % 9) - 4;
    const y = Math.floor(i / 9) - 4;
    const u = x * cos - y * sin;
    const v = x * sin + y * cos;
    return Math.exp(-0.431206 * (u * u + 0.9 * v * v)) * Math.cos((2 * Math.PI * u) / 3.75);
  });
  // A slip of the pen in the original: one zero too few.
  if (degrees === 45) table[5 * 9 + 1] = 0.00389916;
  return table;
}
