/** Reads photos in Node, by libvips. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { fail, UserError } from '../../errors.js';
import type { Image } from '../image.js';

/** More than any camera; a file that claims more is refused before its pixels are touched. */
const MOST_PIXELS = 2 ** 28;

/**
 * Reads a photo as 8-bit RGB: PNG, JPEG, WebP, GIF, TIFF, AVIF or SVG.
 *
 * Pixels are those that Pillow's `convert('RGB')` gives, so that numbers agree with torchvision pipelines: colour profiles are
 * **not** applied, CMYK is converted by its plain formula, an animation is its first frame. Other than Pillow it turns the photo
 * as EXIF says (`ImageOps.exif_transpose`), lays transparency over white, and takes 16-bit grey for what it is.
 * @param source a file's path, or its bytes
 * @param name what to call bytes in messages
 * @throws UserError in one line that names the file: not there, a folder, empty, no image, damaged or truncated, too large
 */
export async function decodeImage(source: string | Uint8Array, name?: string): Promise<Image> {
  const label = name ?? (typeof source === 'string' ? source : 'the image');
  const bytes = typeof source === 'string' ? await read(source, label) : source;
  if (bytes.length === 0) fail(`${label} is empty`);
  try {
    return await decode(bytes, label);
  } catch (error) {
    throw error instanceof UserError ? error : new UserError(inOneLine(error, label, bytes));
  }
}

async function decode(bytes: Uint8Array, label: string): Promise<Image> {
  const file = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: MOST_PIXELS });
  const { space } = await file.metadata();
  const upright = file.autoOrient();
  const plain = space === 'cmyk' ? upright.pipelineColourspace('cmyk').toColourspace('cmyk') : upright.toColourspace('srgb');
  const { data, info } = await plain.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels === 3) return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  const rgb = new Uint8Array(width * height * 3);
  const write = space === 'cmyk' && channels >= 4 ? fromCmyk : (writers[channels] ?? fail(`${label} has ${channels} channels`));
  for (let i = 0, at = 0; i < rgb.length; i += 3, at += channels) write(rgb, i, data, at);
  return { width, height, data: rgb };
}

type Writer = (rgb: Uint8Array, to: number, data: Uint8Array, from: number) => void;

/** By number of channels: grey, grey and alpha, RGB and alpha. */
const writers: Record<number, Writer> = {
  1: (rgb, to, data, from) => rgb.fill(data[from]!, to, to + 3),
  2: (rgb, to, data, from) => rgb.fill(onWhite(data[from]!, data[from + 1]!), to, to + 3),
  4: (rgb, to, data, from) => {
    for (let c = 0; c < 3; c++) rgb[to + c] = onWhite(data[from + c]!, data[from + 3]!);
  },
};

const fromCmyk: Writer = (rgb, to, data, from) => {
  for (let c = 0; c < 3; c++) rgb[to + c] = Math.round(((255 - data[from + c]!) * (255 - data[from + 3]!)) / 255);
};

const onWhite = (value: number, alpha: number): number => Math.round((value * alpha + 255 * (255 - alpha)) / 255);

async function read(path: string, label: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return fail(`${label}: there is no such file`);
    if (code === 'EISDIR') return fail(`${label} is a folder, not an image`);
    if (code === 'EACCES' || code === 'EPERM') return fail(`${label} cannot be read: permission denied`);
    return fail(`${label} cannot be read (${String(code ?? error)})`);
  }
}

function inOneLine(error: unknown, label: string, bytes: Uint8Array): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/unsupported image format/i.test(message)) {
    const bmp = bytes[0] === 0x42 && bytes[1] === 0x4d;
    return `${label} is not an image that can be read${bmp ? ' (a BMP file)' : ''}; use PNG, JPEG, WebP, GIF, TIFF or AVIF`;
  }
  if (/pixel limit|dimension|too large|exceeds/i.test(message))
    return `${label} is too large: more than ${MOST_PIXELS / 2 ** 20} megapixels`;
  const [reason] = message.replace(/^Input (buffer|file) has corrupt header: */i, '').split('\n');
  return `${label} is damaged or truncated (${reason!.trim()})`;
}
