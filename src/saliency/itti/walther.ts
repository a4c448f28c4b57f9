/** The saliency map of Walther and Koch (SaliencyToolbox), written from their formulas. */
import type { Plane } from '../../image/image.js';
import { rgbPlanes } from '../colour/channels.js';
import { resizeBilinear } from '../filter/bilinear.js';
import { fadeBorder } from '../filter/fade.js';
import { directions } from '../filter/gabor.js';
import { gaborEnergies } from '../filter/gabor-energy.js';
import type { Kernel } from '../filter/kernels.js';
import { filterColumns, filterRows } from '../filter/separable.js';
import type { Show } from '../method.js';
import type { Picture } from '../picture.js';
import { addTo, emptyPlane } from '../plane.js';
import { competed } from './competition.js';
import { centers, deltas, lastLevel } from './contrast.js';

const MAP_LEVEL = 4;
const smoothing: Kernel = { taps: Float64Array.of(1 / 33, 5 / 33, 10 / 33, 10 / 33, 5 / 33, 1 / 33, 1 / 33), first: -3 };

/** Not scaled. Features, their parts and scales are averaged; within each, maps compete by differences of Gaussians. */
export function walther(picture: Picture, show?: Show): Plane {
  const { intensity, redGreen, blueYellow } = features(picture);
  const intensities = halvings(intensity);
  const oriented = intensities.map((level, index) =>
    index < centers[0] ? [] : gaborEnergies(level, { period: 7, sigma: 7 / 3 }),
  );
  const channels: Record<string, (readonly Plane[])[]> = {
    intensity: [intensities],
    colour: [halvings(redGreen), halvings(blueYellow)],
    orientation: directions.map((_, index) => oriented.map((energies, level) => energies[index] ?? intensities[level]!)),
  };
  const sum = emptyPlane(intensities[MAP_LEVEL]!);
  for (const [name, parts] of Object.entries(channels)) {
    const map = emptyPlane(sum);
    for (const part of parts) addTo(map, competed(contrasts(part)), 1 / parts.length);
    show?.(`${name} conspicuity`, map);
    addTo(sum, parts.length > 1 ? competed(map) : map, 1 / 3);
  }
  return resizeBilinear(sum, picture.width, picture.height);
}

/** Grey and signed opponents over the largest channel; 0 where that is below a tenth. */
function features(picture: Picture): { intensity: Plane; redGreen: Plane; blueYellow: Plane } {
  const [red, green, blue] = rgbPlanes(picture);
  const intensity = emptyPlane(picture);
  const redGreen = emptyPlane(picture);
  const blueYellow = emptyPlane(picture);
  for (let i = 0; i < intensity.data.length; i++) {
    const [r, g, b] = [red.data[i]!, green.data[i]!, blue.data[i]!];
    intensity.data[i] = 0.2989 * r + 0.587 * g + 0.114 * b;
    const most = Math.max(r, g, b);
    if (most < 0.1) continue;
    redGreen.data[i] = (r - g) / most;
    blueYellow.data[i] = (b - Math.min(r, g)) / most;
  }
  return { intensity, redGreen, blueYellow };
}

/** Levels 0 to 8: blurred by 7 taps with the border renormalised, every second pixel kept. */
function halvings(plane: Plane): Plane[] {
  const levels = [plane];
  for (let level = 1; level <= lastLevel; level++) {
    const blurred = filterColumns(filterRows(levels[level - 1]!, smoothing, 'renormalise'), smoothing, 'renormalise');
    const half = emptyPlane({ width: Math.max(1, blurred.width >> 1), height: Math.max(1, blurred.height >> 1) });
    for (let y = 0, at = 0; y < half.height; y++) {
      for (let x = 0; x < half.width; x++, at++) half.data[at] = blurred.data[2 * y * blurred.width + 2 * x]!;
    }
    levels.push(half);
  }
  return levels;
}

/** The sum over scales of promoted |centre - surround|, at the map's level, faded at the border. */
function contrasts(levels: readonly Plane[]): Plane {
  const { width, height } = levels[MAP_LEVEL]!;
  const at = (level: number) => nearest(levels[level]!, width, height);
  const sum = emptyPlane({ width, height });
  for (const center of centers) {
    const fine = at(center);
    for (const delta of deltas) {
      const coarse = at(center + delta);
      const map = emptyPlane(sum);
      for (let i = 0; i < map.data.length; i++) map.data[i] = Math.abs(fine.data[i]! - coarse.data[i]!);
      addTo(sum, competed(fadeBorder(map, Math.round(Math.max(width, height) / 20))), 1 / (centers.length * deltas.length));
    }
  }
  return sum;
}

function nearest(plane: Plane, width: number, height: number): Plane {
  const map = emptyPlane({ width, height });
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * plane.height) / height) * plane.width;
    for (let x = 0; x < width; x++, at++) map.data[at] = plane.data[row + Math.floor(((x + 0.5) * plane.width) / width)]!;
  }
  return map;
}
