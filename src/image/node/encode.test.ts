import { expect, it } from 'vitest';
import { decodeImage } from './decode.js';
import { encodePng } from './encode.js';

it('encodePng writes a PNG that reads back the same', async () => {
  const image = { width: 5, height: 3, data: Uint8Array.from({ length: 45 }, (_, i) => i * 5) };
  const bytes = await encodePng(image);
  expect([...bytes.slice(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  expect(await decodeImage(bytes)).toEqual(image);
});
