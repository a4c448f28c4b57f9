/** Pictures and records of classical saliency maps. */
import { blank, type Image, overlay, type Plane, paste, withLegend } from '../image/index.js';
import { type GivenOptions, type OptionSpecs, readOptions, shownOptions } from '../options.js';
import type { SaliencyMethod } from '../saliency/method.js';
import type { SalientRegion } from '../saliency/regions.js';

/** What a command may ask for beside the map, of any method. */
export const extras = {
  show: {
    type: 'choice',
    choices: ['map', 'all'],
    default: 'map',
    description: 'all: the intermediate maps on a sheet of their own',
  },
  boxes: { type: 'flag', default: false, description: 'the most salient regions as ranked boxes' },
} as const satisfies OptionSpecs;

export interface SaliencyPicture {
  readonly method: SaliencyMethod;
  readonly given?: GivenOptions;
  /** Boxes to draw. */
  readonly regions?: readonly SalientRegion[] | undefined;
}

/**
 * The map over the picture in colours that grow brighter with it, with a legend. The strongest colour is the value that one in two hundred
 * exceeds, so that a few pixels do not leave the rest dark.
 */
export function drawSaliency(photo: Image, map: Plane, { method, given = {}, regions = [] }: SaliencyPicture): Image {
  const drawn = overlay(photo, map, { colormap: 'inferno', opacity: 0.85, range: valueAt(map, 0.995) });
  for (const { box } of regions) frame(drawn.image, box);
  const options = Object.entries(shownOptions(readOptions(method.name, method.options, given)));
  const detail = options.map(([key, value]) => `${key} ${value}`).join(' · ') || 'classical saliency';
  return withLegend(drawn.image, { method: detail, label: method.name, colormap: drawn.colormap, range: drawn.range });
}

/** Draws a box in place: a light line in a dark one, seen on any ground. */
function frame(picture: Image, { x, y, width, height }: SalientRegion['box']): void {
  const thick = Math.max(1, Math.round(Math.max(picture.width, picture.height) / 400));
  for (const [colour, out] of [
    [[20, 20, 20], thick],
    [[120, 255, 180], 0],
  ] as const) {
    const line = (left: number, top: number, wide: number, tall: number) => paste(blank(wide, tall, colour), picture, left, top);
    const [left, top, wide, tall] = [x - out, y - out, width + 2 * out, height + 2 * out];
    const size = thick + 2 * out;
    line(left, top, wide, size);
    line(left, top + tall - size, wide, size);
    line(left, top, size, tall);
    line(left + wide - size, top, size, tall);
  }
}

const BINS = 4096;

/** The value that about a fraction of the values above zero do not exceed; the largest where they are few. */
function valueAt({ data }: Plane, fraction: number): number {
  const max = data.reduce((most, value) => Math.max(most, value), 0);
  if (max === 0) return 0;
  const counts = new Uint32Array(BINS + 1);
  let count = 0;
  for (const value of data) {
    if (value <= 0) continue;
    counts[Math.ceil((value / max) * BINS)]!++;
    count++;
  }
  let bin = 0;
  for (let seen = 0; bin < BINS && seen < fraction * count; ) seen += counts[++bin]!;
  return (max * bin) / BINS;
}

/** Everything needed to make the map again, and what it is like, for JSON. */
export function saliencyRecord(
  map: Plane,
  { method, given, input, version, regions }: SaliencyPicture & { input: string; version: string },
) {
  return {
    tool: { name: 'sightline', version },
    model: null,
    input,
    method: {
      name: method.name,
      reference: method.reference,
      options: shownOptions(readOptions(method.name, method.options, given ?? {})),
    },
    attribution: { shape: [map.height, map.width], dtype: 'float32', space: 'image' },
    statistics: statisticsOf(map),
    ...(regions && { regions }),
  };
}

/** Extremes, mean and standard deviation of a map, and where it is largest: [row, column]. */
export function statisticsOf({ width, data }: Plane) {
  let [min, max, sum, squares, place] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value < min) min = value;
    if (value > max) [max, place] = [value, i];
    sum += value;
    squares += value * value;
  }
  const mean = sum / data.length;
  const deviation = Math.sqrt(Math.max(0, squares / data.length - mean * mean));
  return { min, max, mean, deviation, largestAt: [Math.floor(place / width), place % width] };
}
