/** The saliency map of Itti, Koch and Niebur as their paper states it. */
import type { Plane } from '../../image/image.js';
import { rgbPlanes } from '../colour/channels.js';
import { resizeBilinear } from '../filter/bilinear.js';
import { directions } from '../filter/gabor.js';
import { gaborEnergies } from '../filter/gabor-energy.js';
import { pyramid, pyrDown, pyrDownOf, type ReadRow } from '../filter/pyramid.js';
import type { Show } from '../method.js';
import type { Picture } from '../picture.js';
import { addTo, emptyPlane } from '../plane.js';
import { centers, contrastsAcrossScales, lastLevel } from './contrast.js';
import { addPromoted, promoted } from './promotion.js';

/** The paper's pictures had 640 x 480 pixels; on small ones the coarse levels would hold nothing. */
const SMALL = 512;
const ENLARGED = 640;

export function itti1998(picture: Picture, show?: Show): Plane {
  const [intensity, redGreen, blueYellow] = opponents(picture).map((half) => pyramid(half, lastLevel, 1)) as [
    Plane[],
    Plane[],
    Plane[],
  ];
  const oriented = intensity.slice(centers[0]).map((level) => gaborEnergies(level, { period: 7, sigma: 7 / 3 }));

  const intensityMap = conspicuity('intensity', intensity, -1, show);
  const colourMap = conspicuity('red-green', redGreen, 1, show);
  addTo(colourMap, conspicuity('blue-yellow', blueYellow, 1, show));
  const orientationMap = emptyPlane(intensityMap);
  for (const [index, degrees] of directions.entries()) {
    // Levels below the first centre are not filtered; their places stay empty.
    const levels = [...new Array<Plane>(centers[0]), ...oriented.map((energies) => energies[index]!)];
    addPromoted(orientationMap, conspicuity(`${degrees} degrees`, levels, -1, show));
  }

  const sum = emptyPlane(intensityMap);
  for (const [name, map] of [
    ['intensity', intensityMap],
    ['colour', colourMap],
    ['orientation', orientationMap],
  ] as const) {
    show?.(`${name} conspicuity`, map);
    addPromoted(sum, map, 1 / 3);
  }
  return resizeBilinear(sum, picture.width, picture.height);
}

/**
 * Level 1 of intensity, red - green and blue - yellow; level 0 is not kept. Colours are divided by intensity where that is above a tenth of its
 * maximum, and 0 elsewhere. Pyramids are linear, so that those of both differences serve for the four colours of the paper.
 */
function opponents(picture: Picture): Plane[] {
  const small = Math.min(picture.width, picture.height) < SMALL && Math.max(picture.width, picture.height) < ENLARGED;
  const input = small ? enlarged(picture) : picture;
  return pyrDownOf(input, 3, colourRows(input));
}

/** Of a grey picture all differences are 0. */
function colourRows(picture: Picture): ReadRow {
  const { width, channels, levels } = picture;
  const scale = (levels instanceof Uint8Array ? 1 / 255 : 1) / 3;
  const dark = brightest(picture) / 10;
  return (y, [intensity, redGreen, blueYellow], room, loops) => {
    const row = levels.subarray(y * width * channels, (y + 1) * width * channels);
    if (channels === 3) room.set(row);
    else for (let i = 0; i < room.length; i++) room[i] = row[Math.floor(i / 3)]!;
    loops.opponents(room.byteOffset, width, scale, dark, intensity!.byteOffset, redGreen!.byteOffset, blueYellow!.byteOffset);
  };
}

/** The largest sum of a pixel's three levels. */
function brightest({ channels, levels }: Picture): number {
  const [second, third] = channels === 3 ? [1, 2] : [0, 0];
  let most = 0;
  for (let at = 0; at < levels.length; at += channels) {
    const sum = levels[at]! + levels[at + second]! + levels[at + third]!;
    if (sum > most) most = sum;
  }
  return most;
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
function conspicuity(name: string, levels: readonly Plane[], sign: 1 | -1, show?: Show): Plane {
  const sums = contrastsAcrossScales(levels, sign, (sum, contrast, scales) => {
    show?.(`${name} ${scales}`, promoted(contrast));
    addPromoted(sum, contrast);
  });
  return sums.reduce((finer, sum) => {
    addTo(sum, pyrDown(finer));
    return sum;
  });
}
