/** Writes pictures in Node, by libvips. */
import sharp from 'sharp';
import type { Image } from '../image.js';

/** The bytes of an 8-bit RGB PNG file. */
export async function encodePng({ width, height, data }: Image): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 6 })
    .toBuffer();
}
