/** The feature maps of graph-based visual saliency: two of colour, one of intensity and four of orientation on three scales. */
import type { Plane } from '../../image/image.js';
import { rgbPlanes } from '../colour/channels.js';
import { fadeBorder } from '../filter/fade.js';
import { directions } from '../filter/gabor.js';
import { gaborEnergiesBySpectrum } from '../filter/gabor-spectrum.js';
import type { Picture } from '../picture.js';
import { emptyPlane } from '../plane.js';

const levels = [2, 3, 4];
const decimation = [1, 5, 10, 10, 5, 1];
const gabor = { radius: 13, period: Math.PI, across: 2, along: 4 };

export interface Feature {
  readonly name: string;
  readonly map: Plane;
}

export function gbvsFeatures(picture: Picture): Feature[] {
  let [red, green, blue] = rgbPlanes(picture);
  let light = emptyPlane(picture);
  for (let i = 0; i < light.data.length; i++) light.data[i] = Math.max(red.data[i]!, green.data[i]!, blue.data[i]!);
  const features: Feature[] = [];
  for (let level = 1; level <= Math.max(...levels); level++) {
    [red, green, blue] = red === green ? repeated(decimated(red)) : [decimated(red), decimated(green), decimated(blue)];
    light = decimated(light);
    if (!levels.includes(level)) continue;
    const { blueYellow, redGreen } = opponents(red, green, blue, light);
    features.push({ name: `blue-yellow ${level}`, map: blueYellow }, { name: `red-green ${level}`, map: redGreen });
    features.push({ name: `intensity ${level}`, map: light });
    for (const [index, energy] of gaborEnergiesBySpectrum(light, gabor).entries()) {
      features.push({ name: `${directions[index]} degrees ${level}`, map: fadeBorder(energy, gabor.radius) });
    }
  }
  return features;
}

const repeated = (plane: Plane): [Plane, Plane, Plane] => [plane, plane, plane];

/** |B - min(R, G)| / L and |R - G| / L; 0 where there is no light. */
function opponents(red: Plane, green: Plane, blue: Plane, light: Plane): { blueYellow: Plane; redGreen: Plane } {
  const blueYellow = emptyPlane(light);
  const redGreen = emptyPlane(light);
  for (let i = 0; i < light.data.length; i++) {
    const l = light.data[i]!;
    if (l === 0) continue;
    blueYellow.data[i] = Math.abs(blue.data[i]! - Math.min(red.data[i]!, green.data[i]!)) / l;
    redGreen.data[i] = Math.abs(red.data[i]! - green.data[i]!) / l;
  }
  return { blueYellow, redGreen };
}

/** Half the size, rounded down: [1 5 10 10 5 1] on pixels 2i - 2 to 2i + 3, those outside left out and made up for. */
export function decimated(plane: Plane): Plane {
  return alongColumns(alongRows(plane));
}

function alongRows({ width, height, data }: Plane): Plane {
  const half = emptyPlane({ width: Math.max(1, width >> 1), height });
  for (let y = 0, out = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < half.width; x++, out++) {
      const at = row + 2 * x;
      if (x > 0 && 2 * x + 3 < width) {
        const outer = data[at - 2]! + data[at + 3]!;
        half.data[out] = (outer + 5 * (data[at - 1]! + data[at + 2]!) + 10 * (data[at]! + data[at + 1]!)) / 32;
        continue;
      }
      let [sum, total] = [0, 0];
      for (let k = Math.max(0, 2 - 2 * x); k < 6 && 2 * x - 2 + k < width; k++) {
        sum += decimation[k]! * data[at - 2 + k]!;
        total += decimation[k]!;
      }
      half.data[out] = sum / total;
    }
  }
  return half;
}

function alongColumns({ width, height, data }: Plane): Plane {
  const half = emptyPlane({ width, height: Math.max(1, height >> 1) });
  const sums = new Float64Array(width);
  for (let y = 0; y < half.height; y++) {
    sums.fill(0);
    let total = 0;
    for (let k = Math.max(0, 2 - 2 * y); k < 6 && 2 * y - 2 + k < height; k++) {
      const start = (2 * y - 2 + k) * width;
      for (let x = 0; x < width; x++) sums[x]! += decimation[k]! * data[start + x]!;
      total += decimation[k]!;
    }
    for (let x = 0; x < width; x++) half.data[y * width + x] = sums[x]! / total;
  }
  return half;
}
