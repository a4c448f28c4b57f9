/** The saliency map of Itti, Koch and Niebur as their paper states it. */
import type { Plane } from '../../image/image.js';
import { rgbPlanes } from '../colour/channels.js';
import { resizeBilinear } from '../filter/bilinear.js';
import { directions } from '../filter/gabor.js';
import { gaborEnergies } from '../filter/gabor-energy.js';
import { pyramid, pyrDown } from '../filter/pyramid.js';
import type { Show } from '../method.js';
import type { Picture } from '../picture.js';
import { addTo, emptyPlane } from '../plane.js';
import { acrossScales, type Contrast, centers, lastLevel } from './contrast.js';
import { promoted } from './promotion.js';

/** The paper's pictures had 640 x 480 pixels; on small ones the coarse levels would hold nothing. */
const SMALL = 512;
const ENLARGED = 640;

export function itti1998(picture: Picture, show?: Show): Plane {
  const { intensity, redGreen, blueYellow } = opponents(picture);
  const intensities = pyramid(intensity, lastLevel);
  const oriented = intensities.slice(centers[0]).map((level) => gaborEnergies(level, { radius: 4, period: 7, sigma: 7 / 3 }));

  const intensityMap = conspicuity('intensity', acrossScales(intensities), show);
  const colourMap = conspicuity('red-green', acrossScales(pyramid(redGreen, lastLevel), 1), show);
  addTo(colourMap, conspicuity('blue-yellow', acrossScales(pyramid(blueYellow, lastLevel), 1), show));
  const orientationMap = emptyPlane(intensityMap);
  for (const [index, degrees] of directions.entries()) {
    // Levels below the first centre are not filtered; their places stay empty.
    const levels = [...new Array<Plane>(centers[0]), ...oriented.map((energies) => energies[index]!)];
    addTo(orientationMap, promoted(conspicuity(`${degrees} degrees`, acrossScales(levels), show)));
  }

  const sum = emptyPlane(intensityMap);
  for (const [name, map] of [
    ['intensity', intensityMap],
    ['colour', colourMap],
    ['orientation', orientationMap],
  ] as const) {
    show?.(`${name} conspicuity`, map);
    addTo(sum, promoted(map), 1 / 3);
  }
  return resizeBilinear(sum, picture.width, picture.height);
}

interface Opponents {
  readonly intensity: Plane;
  readonly redGreen: Plane;
  readonly blueYellow: Plane;
}

/**
 * Intensity, red - green and blue - yellow. Colours are divided by intensity where that is above a tenth of its maximum, and 0 elsewhere.
 * Pyramids are linear, so that those of both differences serve for the four colours of the paper. A picture that keeps its size is read as
 * it is: three planes of a large photo are the most expensive part.
 */
function opponents(picture: Picture): Opponents {
  const small = Math.min(picture.width, picture.height) < SMALL && Math.max(picture.width, picture.height) < ENLARGED;
  const { width, height, channels, levels } = small ? enlarged(picture) : picture;
  const scale = levels instanceof Uint8Array ? 1 / 255 : 1;
  const intensity = emptyPlane({ width, height });
  const redGreen = emptyPlane(intensity);
  const blueYellow = emptyPlane(intensity);
  if (channels === 1) {
    for (let i = 0; i < intensity.data.length; i++) intensity.data[i] = levels[i]! * scale;
    return { intensity, redGreen, blueYellow };
  }
  let brightest = 0;
  for (let i = 0, at = 0; i < intensity.data.length; i++, at += 3) {
    const sum = levels[at]! + levels[at + 1]! + levels[at + 2]!;
    if (sum > brightest) brightest = sum;
    intensity.data[i] = (sum * scale) / 3;
  }
  for (let i = 0, at = 0; i < intensity.data.length; i++, at += 3) {
    const r = levels[at]!;
    const g = levels[at + 1]!;
    const b = levels[at + 2]!;
    const sum = r + g + b;
    if (!(sum > brightest / 10)) continue;
    // R = r - (g + b) / 2 is (3 r - sum) / 2, and Y = (r + g) / 2 - |r - g| / 2 - b is min(r, g) - b; negatives count as 0.
    const red = 3 * r > sum ? 3 * r - sum : 0;
    const green = 3 * g > sum ? 3 * g - sum : 0;
    const blue = 3 * b > sum ? 3 * b - sum : 0;
    const darker = Math.min(r, g);
    const yellow = darker > b ? 2 * (darker - b) : 0;
    // Each of them is in proportion to the colours: dividing at the end, by the intensity on the same scale, is the same.
    const share = 1.5 / sum;
    redGreen.data[i] = (red - green) * share;
    blueYellow.data[i] = (blue - yellow) * share;
  }
  return { intensity, redGreen, blueYellow };
}

/** The picture with its longer side at 640, as floats. */
function enlarged(picture: Picture): Picture {
  const factor = ENLARGED / Math.max(picture.width, picture.height);
  const [width, height] = [Math.round(picture.width * factor), Math.round(picture.height * factor)];
  const planes = rgbPlanes(picture).slice(0, picture.channels);
  const levels = new Float32Array(width * height * picture.channels);
  for (const [channel, plane] of planes.entries()) {
    const { data } = resizeBilinear(plane, width, height);
    for (let i = 0, at = channel; i < data.length; i++, at += picture.channels) levels[at] = data[i]!;
  }
  return { width, height, channels: picture.channels, levels };
}

/** The sum of the promoted contrasts at level 4. Halving is linear: maps are added at their own level first. */
function conspicuity(name: string, contrasts: readonly Contrast[], show?: Show): Plane {
  let sum: Plane | undefined;
  for (const center of centers) {
    const here = contrasts.filter((contrast) => contrast.center === center);
    const next = sum ? pyrDown(sum) : emptyPlane(here[0]!.map);
    for (const { surround, map } of here) {
      const normalised = promoted(map);
      show?.(`${name} ${center}-${surround}`, normalised);
      addTo(next, normalised);
    }
    sum = next;
  }
  return sum!;
}
