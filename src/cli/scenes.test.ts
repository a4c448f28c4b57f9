import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inputName, openPhoto } from '../catalog/node/photo.js';
import { decodeImage } from '../image/node/index.js';
import { factorsNamed, renderScene, twinKinds } from '../scenes/index.js';
import { decodeNpy } from '../tensor/npy.js';
import { explainCommand } from './explain.js';
import { scenesCommand } from './scenes.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-'));
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const scenes = (...args: string[]) =>
  scenesCommand()
    .exitOverride()
    .parseAsync(['-o', folder, ...args], { from: 'user' });

const explain = (...args: string[]) =>
  explainCommand()
    .exitOverride()
    .parseAsync(['-o', folder, ...args], { from: 'user' });

const lines = () =>
  readFileSync(join(folder, 'index.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('scenes', () => {
  it('writes pictures, the masks of what is there, twins and an index', async () => {
    await scenes('--count', '3', '--seed', '17', '--twins');
    expect(readdirSync(join(folder, 'images'))).toEqual(['scene-17.png', 'scene-18.png', 'scene-19.png']);
    expect(readdirSync(join(folder, 'twins')).sort()).toEqual([...twinKinds].sort());
    for (const [i, line] of lines().entries()) {
      const scene = renderScene(17 + i);
      expect(line).toMatchObject({ seed: 17 + i, size: 64, caption: scene.caption, object: scene.factors.object });
      expect(line.tag).toEqual(scene.factors.tag ?? null);
      expect(line.twins['no-object'].object).toBe(null);
      expect((await decodeImage(join(folder, 'images', `scene-${17 + i}.png`))).data).toEqual(scene.image.data);
      expect(existsSync(join(folder, 'masks', 'tag', `scene-${17 + i}.png`))).toBe(scene.factors.tag !== undefined);
      const mask = (await decodeImage(join(folder, 'masks', 'object', `scene-${17 + i}.png`))).data.filter(
        (_, at) => at % 3 === 0,
      );
      expect(mask).toEqual(scene.masks.object.map((inside) => 255 * inside));
    }
    expect(JSON.parse(readFileSync(join(folder, 'objects.json'), 'utf8'))['scene-17']).toBe('a purple triangle');
    expect(JSON.parse(readFileSync(join(folder, 'contexts.json'), 'utf8'))['scene-17']).toBe('red stripes');
  });

  it('writes arrays for training', async () => {
    await scenes('--count', '4', '--seed', '5', '--size', '32', '--npy', '--twins');
    const read = (name: string) => decodeNpy(readFileSync(join(folder, `${name}-0000.npy`)));
    const [images, masks, twins] = [read('images'), read('masks'), read('twins-other-context')];
    expect([images.shape, masks.shape, twins.shape]).toEqual([
      [4, 32, 32, 3],
      [4, 4, 32, 32],
      [4, 32, 32, 3],
    ]);
    const scene = renderScene(7, { size: 32 });
    expect(images.data.slice(2 * 3072, 3 * 3072)).toEqual(scene.image.data);
    expect(masks.data.slice(2 * 4096 + 1024, 2 * 4096 + 2048)).toEqual(scene.masks.context);
    expect(twins.data.slice(2 * 3072, 3 * 3072)).toEqual(renderScene(factorsNamed(7, 'other-context'), { size: 32 }).image.data);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it.each([
    ['--count', '0', '--count is a whole number above 0'],
    ['--count', 'many', '--count is a whole number above 0'],
    ['--seed', '-1', 'numbered from 0'],
    ['--seed', '', '--seed takes a number'],
    ['--seed', '4294967295', 'numbered from 0'],
    ['--size', '3', 'side of 16 to 4096'],
  ])('refuses %s %j and writes nothing', async (option, value, message) => {
    await expect(scenes(option, value)).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('scenes as inputs', () => {
  it('are explained as photos are, with the truth in the page', async () => {
    await explain('scene:17', 'scene:17/no-tag', '-x', 'spectral-residual', '-f', 'npy');
    await explain('scene:17', '-x', 'grad-cam', '-f', 'html,json');
    expect(readdirSync(folder).sort()).toEqual([
      'scene-17-no-tag.spectral-residual.npy',
      'scene-17.grad-cam.html',
      'scene-17.grad-cam.json',
      'scene-17.spectral-residual.npy',
    ]);
    const page = readFileSync(join(folder, 'scene-17.grad-cam.html'), 'utf8');
    expect(page).toContain('the truth');
    expect(page).toContain('a purple triangle on red stripes');
    expect(page).toContain('checked, bottom-right');
  });

  it('are the generated ones', async () => {
    const { image, scene } = await openPhoto('scene:17/other-shape');
    expect(image.data).toEqual(renderScene(factorsNamed(17, 'other-shape')).image.data);
    expect(scene!.factors.object!.shape).not.toBe('triangle');
    expect(inputName('scene:17/other-shape')).toBe('scene-17-other-shape');
  });

  it.each([
    ['scene:', 'a scene is called scene:17'],
    ['scene:x', 'a scene is called scene:17'],
    ['scene:-1', 'a scene is called scene:17'],
    ['scene:1/no-tag/2', 'a scene is called scene:17'],
    ['scene:1/no-tga', 'scenes have no twin "no-tga"; did you mean "no-tag"?'],
    ['scene:99999999999', 'numbered from 0'],
  ])('refuses %s', async (source, message) => {
    await expect(openPhoto(source)).rejects.toThrow(message);
  });
});
