/** Draws a heat map over a photo, so that both can be read. */
import { fail } from '../errors.js';
import { type ColormapName, colormap } from './colormap.js';
import type { Image, Plane } from './image.js';
import { dimUnseen } from './project.js';
import { seesAll, type View } from './view.js';

export interface OverlayOptions {
  /** Draw negative values too, in the colours of the map's lower half. Default false: negative values are left out (ReLU). */
  readonly signed?: boolean;
  /** Default `turbo`, for signed maps `blue-red`. */
  readonly colormap?: ColormapName;
  /** How much of the photo the strongest values hide, 0 to 1. Default 0.75, for signed maps 0.95. */
  readonly opacity?: number;
  /** The value drawn in the strongest colour. Default: the largest value; for signed maps the 99.5th percentile of magnitudes. */
  readonly range?: number;
  /** What the model saw of the photo; the rest is dimmed. Default: all of it. */
  readonly view?: View;
}

/** A drawn map, and what its colours mean. */
export interface Overlay {
  readonly image: Image;
  readonly colormap: ColormapName;
  /** The values at both ends of the colour map: [0, range], or [-range, range] if signed. */
  readonly range: readonly [low: number, high: number];
}

/**
 * Blends a map over the photo. Opacity grows with the value, so that the photo stays as it is where nothing was found. Signed
 * values (sharp, pixel by pixel) are drawn over a pale grey photo, where both signs stand out; values near zero vanish.
 * NaN is drawn as zero, infinity as the strongest value.
 * @param heat the photo's size, as {@link project} makes it
 * @throws UserError if the sizes differ, or an option is out of range
 */
export function overlay(photo: Image, heat: Plane, options: OverlayOptions = {}): Overlay {
  const { signed = false, view } = options;
  const name = options.colormap ?? (signed ? 'blue-red' : 'turbo');
  const opacity = options.opacity ?? (signed ? 0.95 : 0.75);
  if (heat.width !== photo.width || heat.height !== photo.height) {
    fail(`overlay: the map is ${heat.width}x${heat.height}, the photo ${photo.width}x${photo.height}`);
  }
  if (!(opacity >= 0 && opacity <= 1)) fail(`overlay: opacity is 0 to 1, not ${opacity}`);
  const top = options.range ?? (signed ? magnitudeAt(heat, 0.995) : largest(heat));
  if (!(top >= 0 && top < Infinity)) fail(`overlay: range is a number above 0, not ${top}`);
  const colours = colormap(name);
  const backdrop = signed ? pale(photo) : photo;
  const data = view && !seesAll(view) ? dimUnseen(backdrop, view).data : backdrop.data.slice();
  const alphas = Float64Array.from({ length: 256 }, (_, entry) => {
    const strength = signed ? Math.abs(entry - 127.5) / 127.5 : entry / 255;
    return opacity * visibility(strength, signed ? 0.4 : 0.6);
  });
  for (let i = 0, at = 0; i < heat.data.length; i++, at += 3) {
    const value = heat.data[i]! / top;
    if (!(signed ? Math.abs(value) > 0 : value > 0)) continue;
    const entry = Math.round((signed ? 0.5 + Math.max(-1, Math.min(1, value)) / 2 : Math.min(1, value)) * 255);
    const alpha = alphas[entry]!;
    const colour = entry * 3;
    data[at] = Math.round(data[at]! * (1 - alpha) + colours[colour]! * alpha);
    data[at + 1] = Math.round(data[at + 1]! * (1 - alpha) + colours[colour + 1]! * alpha);
    data[at + 2] = Math.round(data[at + 2]! * (1 - alpha) + colours[colour + 2]! * alpha);
  }
  return { image: { ...photo, data }, colormap: name, range: signed ? [-top, top] : [0, top] };
}

/** How opaque a value is drawn, as a part of the opacity: nothing at 0, all from `full` on, smooth between (smoothstep). */
function visibility(strength: number, full: number): number {
  const x = Math.min(1, strength / full);
  return x * x * (3 - 2 * x);
}

function pale(photo: Image): Image {
  const data = new Uint8Array(photo.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const luma = 0.299 * photo.data[i]! + 0.587 * photo.data[i + 1]! + 0.114 * photo.data[i + 2]!;
    const value = Math.round(140 + luma * 0.43);
    data[i] = value;
    data[i + 1] = value;
    data[i + 2] = value;
  }
  return { ...photo, data };
}

function largest({ data }: Plane): number {
  let most = 0;
  for (const value of data) if (value > most && value < Infinity) most = value;
  return most;
}

/**
 * The magnitude that a fraction of the values does not exceed, among those that are neither zero nor infinite. It is selected, not
 * sorted for: positive floats are in the order of their bits, so that two counts of 16 bits find it.
 */
function magnitudeAt({ data }: Plane, fraction: number): number {
  const bits = new Uint32Array(data.slice().buffer).map((word) => word & 0x7fffffff);
  const infinity = 0x7f800000;
  const high = new Uint32Array(65536);
  let count = 0;
  for (const word of bits) {
    if (word === 0 || word >= infinity) continue;
    high[word >>> 16]!++;
    count++;
  }
  if (count === 0) return 0;
  const [prefix, rest] = nth(high, Math.min(count - 1, Math.floor(fraction * count)));
  const low = new Uint32Array(65536);
  for (const word of bits) if (word !== 0 && word >>> 16 === prefix) low[word & 0xffff]!++;
  const [suffix] = nth(low, rest);
  return new Float32Array(Uint32Array.of(prefix * 65536 + suffix).buffer)[0]!;
}

/** Which bin holds the nth element, counted from 0, and how many elements of that bin come before it. */
function nth(counts: Uint32Array, n: number): [bin: number, before: number] {
  let bin = 0;
  let rest = n;
  while (rest >= counts[bin]!) rest -= counts[bin++]!;
  return [bin, rest];
}
