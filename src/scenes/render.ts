/** Scenes as pixels: context, distractor, object and tag, each over the one before, with the masks of what is seen of each. */
import { fail } from '../errors.js';
import type { Image } from '../image/image.js';
import { caption } from './caption.js';
import { type Colour, type Factors, sampleFactors, type Thing } from './factors.js';
import { depths } from './shapes.js';
import { tagBox, tagIsWhite } from './tag.js';
import { drawPattern } from './textures.js';

export const parts = ['object', 'context', 'tag', 'distractor'] as const;
export type Part = (typeof parts)[number];

export interface Scene {
  readonly factors: Factors;
  /** Square, 8-bit RGB. */
  readonly image: Image;
  /** One byte a pixel, 0 or 1, row-major: where each part is seen. Disjoint; together they cover the image. */
  readonly masks: Readonly<Record<Part, Uint8Array>>;
  /** In simple English: "a red circle on blue stripes". */
  readonly caption: string;
}

const palette: Readonly<Record<Colour, readonly [number, number, number]>> = {
  red: [206, 44, 40],
  green: [44, 158, 66],
  blue: [48, 92, 204],
  yellow: [236, 212, 56],
  purple: [142, 60, 172],
  orange: [238, 136, 28],
};

/** Of the colour, at tone 0; at tone 1 it is the colour itself. */
const DARK = 0.5;

/**
 * The scene of these factors, or of the sampled scene with this number: the same bytes on every platform.
 * @param size side in pixels, 16 to 4096
 * @throws UserError if the size or the number is none
 */
export function renderScene(of: Factors | number, { size = 64 }: { readonly size?: number } = {}): Scene {
  if (!Number.isInteger(size) || size < 16 || size > 4096) fail(`a scene has a side of 16 to 4096 pixels, not ${size}`);
  const factors = typeof of === 'number' ? sampleFactors(sceneNumber(of)) : of;
  const canvas: Canvas = { size, data: new Uint8Array(3 * size * size), owner: new Uint8Array(size * size).fill(1) };
  drawContext(canvas, factors);
  if (factors.distractor) drawThing(canvas, factors.distractor, parts.indexOf('distractor'));
  if (factors.object) drawThing(canvas, factors.object, parts.indexOf('object'));
  drawTag(canvas, factors);
  const image = { width: size, height: size, data: canvas.data };
  return { factors, image, masks: masksOf(canvas.owner), caption: caption(factors) };
}

/** Where a part is seen, as a plane of 0 and 1. */
export function maskOf({ image: { width, height }, masks }: Scene, part: Part) {
  return { width, height, data: masks[part] };
}

/** @throws UserError if the number is none that scenes have */
export function sceneNumber(seed: number): number {
  return Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32
    ? seed
    : fail(`scenes are numbered from 0 to 4294967295; ${seed} is none of them`);
}

interface Canvas {
  readonly size: number;
  readonly data: Uint8Array;
  /** The index of the part that each pixel shows. */
  readonly owner: Uint8Array;
}

function drawContext({ size, data }: Canvas, { context }: Factors): void {
  const tones = drawPattern(context, size);
  const [red, green, blue] = coloured(context);
  for (let i = 0; i < tones.length; i++) {
    const light = DARK + (1 - DARK) * tones[i]!;
    data[3 * i] = Math.floor(red * light + 0.5);
    data[3 * i + 1] = Math.floor(green * light + 0.5);
    data[3 * i + 2] = Math.floor(blue * light + 0.5);
  }
}

function drawThing({ size, data, owner }: Canvas, thing: Thing<keyof typeof depths>, part: number): void {
  const { x, y, turn } = thing;
  const depth = depths[thing.shape];
  const scale = 1 / (1 + turn * turn);
  const [cos, sin] = [(1 - turn * turn) * scale, 2 * turn * scale];
  const radius = thing.radius * size;
  const colour = coloured(thing);
  const from = (centre: number) => Math.max(Math.floor(centre * size - radius) - 1, 0);
  const to = (centre: number) => Math.min(Math.ceil(centre * size + radius) + 1, size);
  for (let row = from(y); row < to(y); row++) {
    const dy = (row + 0.5 - y * size) / radius;
    for (let column = from(x); column < to(x); column++) {
      const dx = (column + 0.5 - x * size) / radius;
      const covered = Math.min(depth(cos * dx + sin * dy, cos * dy - sin * dx) * radius + 0.5, 1);
      if (covered <= 0) continue;
      const i = row * size + column;
      for (let c = 0; c < 3; c++) data[3 * i + c] = Math.floor(data[3 * i + c]! * (1 - covered) + colour[c]! * covered + 0.5);
      if (covered >= 0.5) owner[i] = part;
    }
  }
}

function drawTag({ size, data, owner }: Canvas, { tag }: Factors): void {
  if (!tag) return;
  const { left, top, side } = tagBox(tag.corner, size);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const i = (top + row) * size + left + column;
      data.fill(tagIsWhite(tag.kind, column, row, side) ? 245 : 10, 3 * i, 3 * i + 3);
      owner[i] = parts.indexOf('tag');
    }
  }
}

function masksOf(owner: Uint8Array): Record<Part, Uint8Array> {
  const masks = parts.map(() => new Uint8Array(owner.length));
  for (let i = 0; i < owner.length; i++) masks[owner[i]!]![i] = 1;
  const [object, context, tag, distractor] = masks as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  return { object, context, tag, distractor };
}

function coloured({ colour, jitter }: { readonly colour: Colour; readonly jitter: readonly number[] }): [number, number, number] {
  const channel = (c: 0 | 1 | 2) => Math.min(Math.max(palette[colour][c] + jitter[c]!, 0), 255);
  return [channel(0), channel(1), channel(2)];
}
