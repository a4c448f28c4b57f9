/** Puts pictures together: side by side, larger. */
import type { Image } from './image.js';
import type { Rgb } from './text.js';

export const white: Rgb = [255, 255, 255];

/** A picture of one colour. */
export function blank(width: number, height: number, colour: Rgb = white): Image {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = colour[i % 3]!;
  return { width, height, data };
}

/** Copies a picture into another in place; what leaves it is cut off. */
export function paste(picture: Image, onto: Image, left: number, top: number): void {
  const from = Math.max(0, -left);
  const to = Math.min(picture.width, onto.width - left);
  for (let y = Math.max(0, -top); y < Math.min(picture.height, onto.height - top); y++) {
    const row = picture.data.subarray((y * picture.width + from) * 3, (y * picture.width + Math.max(from, to)) * 3);
    onto.data.set(row, ((top + y) * onto.width + left + from) * 3);
  }
}

/** Pictures from left to right, aligned at the top, with a white gap of pixels between. */
export function sideBySide(pictures: readonly Image[], gap = 8): Image {
  const width = pictures.reduce((sum, picture) => sum + picture.width + gap, -gap);
  const row = blank(width, Math.max(...pictures.map(({ height }) => height)));
  let left = 0;
  for (const picture of pictures) {
    paste(picture, row, left, 0);
    left += picture.width + gap;
  }
  return row;
}

/** Each pixel repeated in a square of `factor` by `factor`: small pictures, such as CIFAR's, for looking at. */
export function magnified(picture: Image, factor: number): Image {
  const width = picture.width * factor;
  const height = picture.height * factor;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(y / factor) * picture.width;
    for (let x = 0; x < width; x++, at += 3) {
      const from = (row + Math.floor(x / factor)) * 3;
      for (let c = 0; c < 3; c++) data[at + c] = picture.data[from + c]!;
    }
  }
  return { width, height, data };
}
