/** The regions that stand out of a map, as ranked boxes in its pixels. */
import type { Plane } from '../image/image.js';
import { unionFind } from './graph/union-find.js';

export interface SalientRegion {
  /** In pixels; the right and lower sides are x + width and y + height. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** The mean place of its saliency, in pixels from the left and the top. */
  readonly center: { readonly x: number; readonly y: number };
  /** Its mean saliency over the map's largest value, 0 to 1. */
  readonly score: number;
  /** Its part of all the saliency there is, 0 to 1. */
  readonly share: number;
  /** In pixels. */
  readonly area: number;
}

export interface RegionOptions {
  /** `mean+2sd`: two standard deviations above the mean; `otsu`: what best parts the values in two (256 levels); or a value. Default `mean+2sd`. */
  readonly threshold?: 'mean+2sd' | 'otsu' | number;
  /** How many at most. Default 10. */
  readonly most?: number;
  /** The smallest share that is worth a box. Default 0.01. */
  readonly least?: number;
}

/** Connected regions (8 neighbours) above the threshold, those with the largest share first. A flat map has none. */
export function salientRegions(
  map: Plane,
  { threshold = 'mean+2sd', most = 10, least = 0.01 }: RegionOptions = {},
): SalientRegion[] {
  const { width, height, data } = map;
  const { limit, total, largest } = limitOf(data, threshold);
  if (!(total > 0)) return [];
  const sets = unionFind(data.length);
  const above = (at: number) => data[at]! > limit;
  const connect = (a: number, b: number) => {
    if (!above(b)) return;
    const [first, second] = [sets.find(a), sets.find(b)];
    if (first !== second) sets.join(first, second);
  };
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (!above(at)) continue;
      if (x > 0) connect(at, at - 1);
      if (y > 0) connect(at, at - width);
      if (y > 0 && x > 0) connect(at, at - width - 1);
      if (y > 0 && x < width - 1) connect(at, at - width + 1);
    }
  }
  const found = new Map<number, Tally>();
  for (let at = 0; at < data.length; at++) {
    if (!above(at)) continue;
    const key = sets.find(at);
    const tally = found.get(key) ?? { left: width, top: height, right: 0, bottom: 0, mass: 0, x: 0, y: 0, area: 0 };
    found.set(key, tally);
    count(tally, at % width, Math.floor(at / width), data[at]!);
  }
  return [...found.values()]
    .filter(({ mass }) => mass >= least * total)
    .sort((a, b) => b.mass - a.mass)
    .slice(0, most)
    .map(({ left, top, right, bottom, mass, x, y, area }) => ({
      box: { x: left, y: top, width: right - left, height: bottom - top },
      center: { x: x / mass, y: y / mass },
      score: mass / area / largest,
      share: mass / total,
      area,
    }));
}

interface Tally {
  left: number;
  top: number;
  right: number;
  bottom: number;
  mass: number;
  x: number;
  y: number;
  area: number;
}

function count(tally: Tally, x: number, y: number, value: number): void {
  tally.left = Math.min(tally.left, x);
  tally.top = Math.min(tally.top, y);
  tally.right = Math.max(tally.right, x + 1);
  tally.bottom = Math.max(tally.bottom, y + 1);
  tally.mass += value;
  // Pixel x covers x to x + 1.
  tally.x += value * (x + 0.5);
  tally.y += value * (y + 0.5);
  tally.area++;
}

function limitOf(data: Float32Array, threshold: NonNullable<RegionOptions['threshold']>) {
  let [total, squares, largest] = [0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    total += data[i]!;
    squares += data[i]! * data[i]!;
    largest = Math.max(largest, data[i]!);
  }
  const mean = total / data.length;
  const deviation = Math.sqrt(Math.max(0, squares / data.length - mean * mean));
  const limit = threshold === 'mean+2sd' ? mean + 2 * deviation : threshold === 'otsu' ? otsu(data, largest) : threshold;
  // A broad peak may lie below two deviations: its upper tenth remains.
  return { limit: threshold === 'mean+2sd' && limit >= largest ? 0.9 * largest : limit, total, largest };
}

const LEVELS = 256;

/** Otsu 1979: the limit that makes the variance between both sides largest. */
function otsu(data: Float32Array, largest: number): number {
  const counts = new Float64Array(LEVELS);
  for (const value of data) counts[Math.min(LEVELS - 1, Math.floor((value / largest) * LEVELS))]!++;
  const all = counts.reduce((sum, inLevel, level) => sum + inLevel * level, 0);
  let [below, sum, best, bestLevel] = [0, 0, -1, 0];
  for (let level = 0; level < LEVELS - 1; level++) {
    below += counts[level]!;
    sum += counts[level]! * level;
    const above = data.length - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sum / below - (all - sum) / above) ** 2;
    if (between > best) [best, bestLevel] = [between, level];
  }
  return ((bestLevel + 1) / LEVELS) * largest;
}
