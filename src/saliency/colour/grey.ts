/** Grey of a picture, as OpenCV makes it of floats and of bytes. */
import type { Plane } from '../../image/image.js';
import type { Picture } from '../picture.js';
import { emptyPlane } from '../plane.js';

/** One byte a pixel. */
export interface BytePlane {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** 0.299 R + 0.587 G + 0.114 B on 0 to 255, not rounded; a picture of one channel is its own grey. */
export function floatGrey(picture: Picture): Plane {
  const { channels, levels } = picture;
  const grey = emptyPlane(picture);
  const scale = levels instanceof Uint8Array ? 1 : 255;
  const { data } = grey;
  if (channels === 1) {
    for (let i = 0; i < data.length; i++) data[i] = levels[i]! * scale;
    return grey;
  }
  for (let i = 0, at = 0; i < data.length; i++, at += 3) {
    data[i] = (0.299 * levels[at]! + 0.587 * levels[at + 1]! + 0.114 * levels[at + 2]!) * scale;
  }
  return grey;
}

/** OpenCV's 8-bit grey in fixed point: equal to cv2.cvtColor in every pixel. Floats become bytes first. */
export function byteGrey(picture: Picture): BytePlane {
  const { width, height, channels } = picture;
  const levels = byteLevels(picture);
  if (channels === 1) return { width, height, data: levels };
  const data = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < data.length; i++, at += 3) data[i] = greyOf(levels[at]!, levels[at + 1]!, levels[at + 2]!);
  return { width, height, data };
}

/** (9798 R + 19235 G + 3735 B) / 2^15, rounded. */
export function greyOf(red: number, green: number, blue: number): number {
  return (3735 * blue + 19235 * green + 9798 * red + 16384) >> 15;
}

/** The same of a single pixel, by its number. */
export function byteGreyAt(levels: Picture['levels'], channels: 1 | 3, pixel: number): number {
  if (channels === 1) return levels instanceof Uint8Array ? levels[pixel]! : byteOf(levels[pixel]!);
  const at = 3 * pixel;
  if (levels instanceof Uint8Array) return greyOf(levels[at]!, levels[at + 1]!, levels[at + 2]!);
  return greyOf(byteOf(levels[at]!), byteOf(levels[at + 1]!), byteOf(levels[at + 2]!));
}

/** The levels as bytes: floats are rounded as floor(255 x + 0.5). Bytes are not copied. */
export function byteLevels({ levels }: Picture): Uint8Array {
  if (levels instanceof Uint8Array) return levels;
  const bytes = new Uint8Array(levels.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = byteOf(levels[i]!);
  return bytes;
}

/** A float level 0 to 1 as a byte. */
function byteOf(level: number): number {
  return Math.max(0, Math.min(255, Math.floor(255 * level + 0.5)));
}
