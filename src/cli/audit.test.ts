/** `sightline audit` on files: what is written, how it goes on after a break, what is left out and what is refused. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { linearUnit, smallModel } from '../evaluate/limits/small-model.js';
import { encodePng } from '../image/node/index.js';
import { encodeModel } from '../onnx/codec/index.js';
import { nodeRuntime } from '../runtime/node/index.js';
import { factorsNamed, renderScene } from '../scenes/index.js';
import { encodeNpy } from '../tensor/npy.js';
import { random } from '../tensor/random.js';
import { auditCommand } from './audit.js';

const SIDE = 16;
const written = { stdout: '', stderr: '' };
let folder = '';

const at = (...names: string[]) => names.map((name) => join(folder, name));

const run = (...args: string[]) =>
  auditCommand()
    .exitOverride()
    .parseAsync([...args, '-m', join(folder, 'model.onnx'), '-o', join(folder, 'out')], { from: 'user' });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'audit-'));
  for (const stream of ['stdout', 'stderr'] as const) {
    written[stream] = '';
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      written[stream] += text;
      return true;
    });
  }
  const { normal } = random(4);
  const weights = Float32Array.from({ length: SIDE * SIDE }, normal);
  const model = smallModel(await nodeRuntime(), [SIDE, SIDE], (b, x) =>
    linearUnit(b, b.relu(linearUnit(b, x, weights, 5)), [1], 0),
  );
  writeFileSync(join(folder, 'model.onnx'), encodeModel(model.graph));
  for (const name of ['a', 'b']) {
    const data = Float32Array.from({ length: SIDE * SIDE }, normal);
    writeFileSync(join(folder, `${name}.npy`), encodeNpy({ shape: [1, 1, SIDE, SIDE], data }));
  }
  writeFileSync(join(folder, 'odd.npy'), encodeNpy({ shape: [1, 1, 8, 8], data: new Float32Array(64) }));
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

describe('sightline audit', () => {
  it('answers on the terminal, and writes a page and a record', async () => {
    await run(...at('a.npy', 'b.npy'), '-x', 'gradient,input-x-gradient');
    expect(written.stdout).toContain('2 images; baselines and all numbers are in the report');
    expect(written.stdout).toMatch(/input-x-gradient\n.*Do its numbers add up/);
    const record = JSON.parse(readFileSync(join(folder, 'out', 'audit.json'), 'utf8'));
    expect(record.verdicts.map(({ candidate }: { candidate: string }) => candidate)).toEqual([
      'gradient',
      'input-x-gradient',
      'random',
      'sobel',
      'centre',
    ]);
    expect(record.evidence).toHaveLength(10);
    expect(record).toMatchObject({ budget: 'fast', seed: 0, limits: { marksCause: 0.9 } });
    const page = readFileSync(join(folder, 'out', 'audit.html'), 'utf8');
    expect(page.match(/<img src="data:image\/png;base64,/g)).toHaveLength(2 * 6);
    expect(existsSync(join(folder, 'out', 'audit.partial.jsonl'))).toBe(false);
    expect(process.exitCode).toBeUndefined();
  });

  it('leaves out an image that does not fit, and says so', async () => {
    await run(...at('a.npy', 'odd.npy', 'none.npy'), '-x', 'gradient');
    expect(written.stderr).toMatch(/left out: .*odd\.npy has the shape \[1,1,8,8\], the first image \[1,1,16,16\]/);
    expect(written.stderr).toMatch(/left out: there is no file .*none\.npy/);
    expect(written.stdout).toContain('1 image; ');
    expect(process.exitCode).toBe(1);
  });

  it('reports a method that fails beside those that do not', async () => {
    await run(...at('a.npy'), '-x', 'gradient,grad-cam');
    expect(written.stdout).toMatch(/grad-cam\n[\s\S]*failed {2}explain: /);
    expect(written.stdout).toMatch(/gradient\n[\s\S]*yes {5}Does it stay the same/);
    expect(process.exitCode).toBe(1);
  });

  it('of scenes says what truly decides', async () => {
    // The model sees what a tag changes in scene 3, and nothing else.
    const [scene, twin] = [renderScene(3).image.data, renderScene(factorsNamed(3, 'no-tag')).image.data];
    const weights = Float32Array.from({ length: 64 * 64 }, (_, i) => (scene[3 * i]! - twin[3 * i]!) / 255);
    const model = smallModel(await nodeRuntime(), [64, 64], (b, x) => linearUnit(b, x, weights, 1));
    writeFileSync(join(folder, 'model.onnx'), encodeModel(model.graph));
    await run('scene:3', '-x', 'gradient', '--preprocess', 'raw');
    expect(written.stdout).toMatch(/yes {5}Does it name the true cause\?\n +What it marks most is what decides\./);
    const [evidence] = JSON.parse(readFileSync(join(folder, 'out', 'audit.json'), 'utf8')).evidence;
    const effects = Object.fromEntries(evidence.twins.effects.map((one: { factor: string }) => [one.factor, one]));
    expect(Object.keys(effects)).toEqual(['object', 'context', 'tag']);
    expect(effects.tag).toMatchObject({ mass: 1, area: 36 / 4096, n: 1 });
    expect(effects.tag.effect.logit).toBeGreaterThan(100);
    expect(effects.object).toMatchObject({ mass: 0, n: 4, effect: { logit: 0 } });
    const page = readFileSync(join(folder, 'out', 'audit.html'), 'utf8');
    expect(page).toMatch(/<h2>What truly decides[\s\S]*<th>tag <small>n 1; no tag<\/small><\/th>/);
  });

  it('takes masks, and says which image has none', async () => {
    mkdirSync(join(folder, 'masks'));
    const mask = { shape: [SIDE, SIDE], data: Float32Array.from({ length: SIDE * SIDE }, (_, i) => Number(i < 64)) };
    writeFileSync(join(folder, 'masks', 'a.npy'), encodeNpy(mask));
    await run(...at('a.npy', 'b.npy'), '-x', 'gradient', '--masks', join(folder, 'masks'));
    expect(written.stdout).toMatch(/unclear Does it lie on the masks\?\n +\d+ % of it lies there, on 25 % of the image/);
    expect(written.stderr).toMatch(/no mask: .*b\.npy has no mask in .*masks: a file b\.png is expected there/);
    const page = readFileSync(join(folder, 'out', 'audit.html'), 'utf8');
    expect(page).toContain('No mask: ');
    expect(page.match(/alt="the mask"/g)).toHaveLength(1);
    expect(process.exitCode).toBe(1);
  });

  it.each<[string, number, number, string]>([
    ['empty', SIDE, 0, 'a.npy is empty: no pixel is inside'],
    ['of another size', 8, 1, 'a.npy has 8x8 pixels, .*a.npy 16x16; .*--resize'],
  ])('refuses a mask that is %s', async (_, side, value, message) => {
    mkdirSync(join(folder, 'masks'));
    const mask = { shape: [side, side], data: new Float32Array(side * side).fill(value) };
    writeFileSync(join(folder, 'masks', 'a.npy'), encodeNpy(mask));
    const masked = () => run(...at('a.npy'), '-x', 'gradient', '--masks', join(folder, 'masks'));
    await expect(masked()).rejects.toThrow(new RegExp(message));
  });

  it('resizes masks where it is told to, and takes those of a photo through the crop', async () => {
    mkdirSync(join(folder, 'masks'));
    // Left half white; the model sees the middle square of a wide photo.
    const picture = (width: number) => {
      const data = Uint8Array.from({ length: 3 * width * SIDE }, (_, i) => (Math.floor(i / 3) % width < width / 2 ? 255 : 0));
      return encodePng({ width, height: SIDE, data });
    };
    writeFileSync(join(folder, 'p.png'), await picture(2 * SIDE));
    writeFileSync(join(folder, 'masks', 'p.png'), await picture(2 * SIDE));
    writeFileSync(join(folder, 'masks', 'a.png'), await picture(8));
    writeFileSync(
      join(folder, 'crop.json'),
      JSON.stringify({ steps: [{ crop: 'center', size: SIDE }], channels: 'grey', scale: 1, mean: [0], std: [1] }),
    );
    const options = ['-x', 'gradient', '--preprocess', join(folder, 'crop.json'), '--masks', join(folder, 'masks')];
    await run(...at('p.png'), ...options);
    expect(written.stdout).toContain('on 50 % of the image');
    await expect(run(...at('a.npy'), ...options)).rejects.toThrow(/a\.png has 8x16 pixels, .*a\.npy 16x16; .*--resize/);
    await run(...at('a.npy'), ...options, '--resize');
    const [{ localisation }] = JSON.parse(readFileSync(join(folder, 'out', 'audit.json'), 'utf8')).evidence;
    expect(localisation.area).toBe(0.5);
  });

  it('compares with a model that has learned shuffled labels', async () => {
    const { normal } = random(5);
    const other = smallModel(await nodeRuntime(), [SIDE, SIDE], (b, x) => {
      const weights = Float32Array.from({ length: SIDE * SIDE }, normal);
      return linearUnit(b, b.relu(linearUnit(b, x, weights, 5)), [1], 0);
    });
    const shuffled = join(folder, 'shuffled.onnx');
    writeFileSync(shuffled, encodeModel(other.graph));
    await run(...at('a.npy'), '-x', 'gradient', '--random-labels-model', shuffled);
    expect(written.stdout).toMatch(/yes {5}Does it change when the model has learned shuffled labels\?/);
    const [{ randomLabels }] = JSON.parse(readFileSync(join(folder, 'out', 'audit.json'), 'utf8')).evidence;
    expect(Math.abs(randomLabels.spearmanAbsolute)).toBeLessThan(0.3);
    const wider = smallModel(await nodeRuntime(), [8, 8], (b, x) => linearUnit(b, x, new Float32Array(64), 5));
    writeFileSync(shuffled, encodeModel(wider.graph));
    await expect(run(...at('a.npy'), '-x', 'gradient', '--random-labels-model', shuffled)).rejects.toThrow(
      /shuffled\.onnx is not the architecture of the model that is audited: it has Identity where this one has Relu \(node 2\)/,
    );
  });

  it.each([
    [['-x', 'gradiant'], 'there is no method "gradiant"; did you mean "gradient"'],
    [['-x', 'gradient', '-s', 'steps=3'], 'none of gradient has the option "steps"'],
    [['-b', 'cheap'], 'there is no budget "cheap"; there are fast, normal, thorough'],
    [['--seed', '1.5'], '--seed is a whole number'],
    [['--resize'], '--resize is for masks'],
    [['--masks', '/nowhere'], 'there is no folder /nowhere'],
    [['--random-labels-model', '/nowhere.onnx'], 'there is no model file /nowhere.onnx'],
    [['-x', 'gradient', '-t', '7'], 'there is no class 7: the model has 1'],
  ])('refuses %j', async (args, message) => {
    await expect(run(...at('a.npy'), ...args)).rejects.toThrow(message);
  });
});
