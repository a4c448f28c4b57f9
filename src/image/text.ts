/** Draws text into a picture with the stroke typeface, with smooth edges. */
import { glyphs } from './glyphs.js';
import type { Image } from './image.js';

/** Heights in the typeface's units. */
const X_HEIGHT_TOP = 4;
const BASELINE = 14;
const SPACE_WIDTH = 3;
const GAP = 4;

export type Rgb = readonly [red: number, green: number, blue: number];

export interface TextStyle {
  /** Height of the capitals in whole pixels. */
  readonly size: number;
  readonly colour: Rgb;
  /** Thickness of the strokes in pixels. Default: what suits the size. */
  readonly weight?: number;
}

/** Width of a line of text in pixels. */
export function textWidth(text: string, size: number): number {
  const gap = gapOf(size);
  return readable(text).reduce((sum, character) => sum + inkWidth(character, size) + gap, -gap) + 1;
}

/** The text, or as much of its beginning as fits the width, with an ellipsis. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = [...text];
  let length = characters.length - 1;
  while (length > 0 && textWidth(`${characters.slice(0, length).join('').trimEnd()}…`, size) > width) length--;
  return length > 0 ? `${characters.slice(0, length).join('').trimEnd()}…` : '';
}

/**
 * Draws a line of text in place. What leaves the picture is cut off. Characters that the typeface lacks are drawn without their
 * accents, or as a question mark.
 * @param left where the text begins @param top of its capitals, both in whole pixels
 */
export function drawText(picture: Image, text: string, left: number, top: number, style: TextStyle): void {
  const radius = (style.weight ?? Math.max(1.1, style.size * 0.115)) / 2;
  let x = left;
  for (const character of readable(text)) {
    const width = inkWidth(character, style.size);
    if (character !== ' ') drawGlyph(picture, segmentsOf(character, x, top, width, style.size), radius, style.colour);
    x += width + gapOf(style.size);
  }
}

function readable(text: string): string[] {
  return [...text].flatMap((character) => {
    if (character === ' ' || Object.hasOwn(glyphs, character)) return [character];
    if (/\s/.test(character)) return [' '];
    const plain = [
      ...character.normalize('NFKD').replace(/\p{M}/gu, '').replace(/[‐-―]/g, '-').replace(/[‘’]/g, "'").replace(/[“”]/g, '"'),
    ];
    return plain.map((c) => (Object.hasOwn(glyphs, c) ? c : '?'));
  });
}

const gapOf = (size: number): number => Math.max(2, Math.round((GAP * size) / BASELINE));

const digit = (character: string): number => Number.parseInt(character, 36);

/** From the middle of the leftmost stroke to the middle of the rightmost: whole pixels, so that upright strokes are sharp. */
function inkWidth(character: string, size: number): number {
  const units = character === ' ' ? SPACE_WIDTH : digit(glyphs[character]![0]!);
  return Math.round((units * size) / BASELINE);
}

type Segment = readonly [x0: number, y0: number, x1: number, y1: number];

/** The glyph as straight pieces in pixels. Capitals, small letters and baseline are moved to whole pixels. */
function segmentsOf(character: string, left: number, top: number, width: number, size: number): Segment[] {
  const [units, ...strokes] = glyphs[character]!.split(' ');
  const unit = size / BASELINE;
  const across = digit(units!) > 0 ? width / digit(units!) : 0;
  const small = Math.round(X_HEIGHT_TOP * unit);
  const down = (y: number): number => {
    if (y <= X_HEIGHT_TOP) return (y * small) / X_HEIGHT_TOP;
    return y <= BASELINE
      ? small + ((y - X_HEIGHT_TOP) * (size - small)) / (BASELINE - X_HEIGHT_TOP)
      : size + (y - BASELINE) * unit;
  };
  const point = (digits: string): readonly [number, number] => [
    left + 0.5 + digit(digits[0]!) * across,
    top + 0.5 + down(digit(digits[1]!)),
  ];
  return strokes.flatMap((stroke) => {
    const segments: Segment[] = [];
    const steps = stroke.match(/\(?\w\w/g)!;
    let [x, y] = point(steps[0]!);
    for (let i = 1; i < steps.length; i++) {
      const curved = steps[i]!.startsWith('(');
      const [cx, cy] = curved ? point(steps[i++]!.slice(1)) : [x, y];
      const [ex, ey] = point(steps[i]!);
      const pieces = curved ? 6 : 1;
      const [sx, sy] = [x, y];
      for (let k = 1; k <= pieces; k++) {
        const t = k / pieces;
        const [nx, ny] = curved
          ? [(1 - t) ** 2 * sx + 2 * t * (1 - t) * cx + t * t * ex, (1 - t) ** 2 * sy + 2 * t * (1 - t) * cy + t * t * ey]
          : [ex, ey];
        segments.push([x, y, nx, ny]);
        [x, y] = [nx, ny];
      }
    }
    return segments;
  });
}

function drawGlyph({ width, height, data }: Image, segments: readonly Segment[], radius: number, colour: Rgb): void {
  const reach = radius + 1;
  const xs = segments.flatMap(([x0, , x1]) => [x0, x1]);
  const ys = segments.flatMap(([, y0, , y1]) => [y0, y1]);
  const [right, bottom] = [Math.min(width, Math.max(...xs) + reach), Math.min(height, Math.max(...ys) + reach)];
  for (let y = Math.max(0, Math.floor(Math.min(...ys) - reach)); y < bottom; y++) {
    for (let x = Math.max(0, Math.floor(Math.min(...xs) - reach)); x < right; x++) {
      let nearest = Infinity;
      for (const segment of segments) nearest = Math.min(nearest, distance(x + 0.5, y + 0.5, segment));
      const coverage = Math.min(1, radius + 0.5 - nearest);
      if (coverage <= 0) continue;
      const at = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) data[at + c] = Math.round(data[at + c]! * (1 - coverage) + colour[c]! * coverage);
    }
  }
}

function distance(x: number, y: number, [x0, y0, x1, y1]: Segment): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  const t = length > 0 ? Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / length)) : 0;
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}
