import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { blank, paste } from '../image/index.js';
import { decodeImage, encodePng } from '../image/node/index.js';
import { cropCommand } from './crop.js';

let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-'));
  const photo = blank(160, 90, [100, 100, 100]);
  paste(blank(20, 20, [250, 30, 20]), photo, 130, 30);
  writeFileSync(join(folder, 'photo.png'), await encodePng(photo));
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
});

afterEach(() => {
  vi.restoreAllMocks();
});

const crop = (...args: string[]) =>
  cropCommand()
    .exitOverride()
    .parseAsync([join(folder, 'photo.png'), '-o', folder, ...args], { from: 'user' });

describe('crop', () => {
  it('keeps what stands out, in the aspect that is asked for', async () => {
    await crop('--aspect', '1:1');
    const { width, height, data } = await decodeImage(join(folder, 'photo.crop.png'));
    expect([width, height]).toEqual([90, 90]);
    let red = 0;
    for (let i = 0; i < data.length; i += 3) if (data[i]! > 200) red++;
    expect(red).toBe(400);
  });

  it('may be smaller, and by another method', async () => {
    await crop('--aspect', '0.5', '--scale', '0.5', '-x', 'center-surround', '-s', 'radius=20');
    const { width, height } = await decodeImage(join(folder, 'photo.crop.png'));
    expect([width, height]).toEqual([23, 45]);
  });

  it.each([
    ['--aspect', 'wide'],
    ['--aspect', '1:0'],
    ['--aspect', '1:1', '--scale', '2'],
    ['--aspect', '1:1', '-x', 'gradient'],
  ])('refuses %s %s %s %s', async (...args) => {
    await expect(crop(...args.filter(Boolean))).rejects.toThrow(/--aspect|--scale|no saliency method/);
  });
});
