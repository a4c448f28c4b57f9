import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../errors.js';
import { decodeImage } from './decode.js';

const files = JSON.parse(readFileSync(new URL('../../../test/fixtures/image/decode.json', import.meta.url), 'utf8')) as {
  name: string;
  size: [number, number];
  file: string;
  pixels: string;
}[];
const bytesOf = (name: string): Buffer => Buffer.from(files.find((file) => file.name === name)!.file, 'base64');
const folder = mkdtempSync(join(tmpdir(), 'decode-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The message of the error, which must be one line of a UserError that names the file. */
async function refusal(source: string | Uint8Array, name?: string): Promise<string> {
  const error: unknown = await decodeImage(source, name).then(
    () => undefined,
    (e) => e,
  );
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message).toContain(name ?? source);
  expect(message).not.toContain('\n');
  return message;
}

describe('decodeImage', () => {
  it.each(files)('finds the pixels that Pillow finds: $name', async ({ name, size, file, pixels }) => {
    const image = await decodeImage(Buffer.from(file, 'base64'), name);
    expect([image.width, image.height]).toEqual(size);
    const expected = Buffer.from(pixels, 'base64');
    const worst = Math.max(...image.data.map((value, i) => Math.abs(value - expected[i]!)));
    expect(worst).toBeLessThanOrEqual(name.includes('alpha') ? 1 : 0);
  });

  it('takes 16-bit grey for what it is', async () => {
    const grey = await sharp(Uint16Array.of(0, 257 * 100, 65535, 257 * 7), { raw: { width: 2, height: 2, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect([...(await decodeImage(grey)).data]).toEqual([0, 100, 255, 7].flatMap((v) => [v, v, v]));
  });

  it('does not apply colour profiles', async () => {
    const pixels = Buffer.from([200, 30, 40, 10, 220, 90]);
    const tagged = await sharp(pixels, { raw: { width: 2, height: 1, channels: 3 } })
      .withMetadata()
      .png()
      .toBuffer();
    const p3 = await sharp(pixels, { raw: { width: 2, height: 1, channels: 3 } })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    expect([...(await decodeImage(tagged)).data]).toEqual([...pixels]);
    const stored = await sharp(p3, { ignoreIcc: true }).raw().toBuffer();
    expect([...stored]).not.toEqual([...pixels]);
    expect([...(await decodeImage(p3)).data]).toEqual([...stored]);
  });

  it.each(['rgb.png', 'rgb.jpg', 'progressive.jpg', 'rgb.webp', 'rgb.tif', 'animation.gif', 'cmyk.jpg'])(
    'refuses a truncated %s',
    async (name) => {
      const photo = sharp(new URL('../../../models/photos/rocket.jpg', import.meta.url).pathname).resize(96);
      const format = { png: 'png', webp: 'webp', gif: 'gif', tif: 'tiff', jpg: 'jpeg' }[name.split('.')[1]!] as 'png';
      const whole = name === 'rgb.tif' ? bytesOf(name) : await photo.toFormat(format).toBuffer();
      for (const part of [0.3, 0.6, 0.9]) {
        expect(await refusal(whole.subarray(0, whole.length * part), name)).toMatch(/is damaged or truncated \(|is not an image/);
      }
    },
  );

  it('says what is wrong with a file, in one line', async () => {
    const path = (name: string): string => join(folder, name);
    writeFileSync(path('empty.png'), '');
    writeFileSync(path('notes.png'), 'these are notes');
    writeFileSync(path('photo.png'), bytesOf('rgb.png'));
    expect((await decodeImage(path('photo.png'))).width).toBe(12);
    expect(await refusal(path('none.png'))).toBe(`${path('none.png')}: there is no such file`);
    expect(await refusal(path('photo.png/inside'))).toContain('there is no such file');
    expect(await refusal(folder)).toBe(`${folder} is a folder, not an image`);
    expect(await refusal(path('empty.png'))).toBe(`${path('empty.png')} is empty`);
    expect(await refusal(path('notes.png'))).toContain('is not an image that can be read; use PNG, JPEG');
    expect(await refusal(new TextEncoder().encode('BM...'), 'old.bmp')).toContain('(a BMP file)');
  });

  it('refuses a file that claims to be gigantic', async () => {
    const bytes = Buffer.from(bytesOf('rgb.tif'));
    const huge = Buffer.from(await sharp(bytes).png().toBuffer());
    huge.writeUInt32BE(40000, 16);
    huge.writeUInt32BE(40000, 20);
    expect(await refusal(huge, 'huge.png')).toMatch(/^huge.png is (too large: more than 256 megapixels|damaged)/);
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"/>';
    expect(await refusal(new TextEncoder().encode(svg), 'huge.svg')).toContain('huge.svg is too large');
  });
});
