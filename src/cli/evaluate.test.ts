/** `sightline evaluate` on files: how maps find their truth, what is printed, what is refused. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodePng } from '../image/node/index.js';
import { renderScene } from '../scenes/index.js';
import { encodeNpy } from '../tensor/npy.js';
import { evaluateCommand } from './evaluate.js';
import { writeScenes } from './scene-files.js';

const SIDE = 12;
const inside = (i: number) => i % SIDE >= 6 && i < 6 * SIDE;
const written = { stdout: '', stderr: '' };
let folder = '';

const save = (name: string, value: (i: number) => number, shape = [1, SIDE, SIDE]) =>
  writeFileSync(
    join(folder, name),
    encodeNpy({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => value(i)) }),
  );

async function evaluate(...args: string[]): Promise<void> {
  await evaluateCommand().exitOverride().parseAsync(args, { from: 'user' });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'evaluate-'));
  for (const inner of ['maps', 'masks', 'fixations']) mkdirSync(join(folder, inner));
  for (const stream of ['stdout', 'stderr'] as const) {
    written[stream] = '';
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      written[stream] += text;
      return true;
    });
  }
  const mask = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => (inside(Math.floor(i / 3)) ? 255 : 0));
  for (const photo of ['a', 'b'])
    writeFileSync(join(folder, 'masks', `${photo}.png`), await encodePng({ width: SIDE, height: SIDE, data: mask }));
  for (const photo of ['a', 'b']) {
    save(`maps/${photo}.grad-cam.npy`, (i) => Number(inside(i)) + 0.001 * i);
    save(`maps/${photo}.gradient.npy`, (i) => Number(!inside(i)) - 0.001 * i);
  }
  writeFileSync(join(folder, 'fixations', 'a.json'), '[[2, 8], [3, 9]]');
  writeFileSync(join(folder, 'fixations', 'b.csv'), 'row,column\n2,8\n4,7\n');
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

describe('sightline evaluate', () => {
  it('sums up by method against masks, with intervals', async () => {
    await evaluate(join(folder, 'maps'), '--masks', join(folder, 'masks'));
    expect(written.stdout).toContain('grad-cam, 2 maps\n');
    expect(written.stdout).toMatch(
      /gradient, 2 maps\n[\s\S]*pointing-game +0\.0000 {2}\(0\.000 to 0\.000, n 2\) +higher is better/,
    );
    expect(written.stderr).toBe('');
  });

  it('scores against fixations, as JSON', async () => {
    await evaluate(
      join(folder, 'maps'),
      '--fixations',
      join(folder, 'fixations'),
      '--metrics',
      'auc-judd,shuffled-auc,nss',
      '--json',
    );
    const { summary } = JSON.parse(written.stdout);
    expect(summary[0].group).toBe('grad-cam');
    expect(summary[0].metrics['auc-judd'].mean).toBeGreaterThan(0.8);
    expect(summary[1].metrics['auc-judd'].mean).toBeLessThan(0.3);
    expect(Object.keys(summary[0].metrics)).toEqual(['auc-judd', 'shuffled-auc', 'nss']);
  });

  it('goes on where one map fails, and says which', async () => {
    save('maps/a.other.npy', () => 1, [1, 5, 5]);
    await evaluate(join(folder, 'maps'), '--masks', join(folder, 'masks'), '--metrics', 'iou');
    expect(written.stdout).toContain('grad-cam, 2 maps');
    expect(written.stderr).toMatch(/a\.other\.npy has 5x5 values and its mask .*12x12 pixels; .*--resize/);
    expect(written.stderr).toContain('1 of 5 maps could not be scored');
    expect(process.exitCode).toBe(1);
  });

  it('resizes where it is told to', async () => {
    save('maps/a.other.npy', () => 1, [5, 5]);
    await evaluate(join(folder, 'maps', 'a.other.npy'), '--masks', join(folder, 'masks'), '--resize', '--metrics', 'iou');
    expect(written.stdout).toContain('0.2500  (one map, no interval)');
  });

  it('takes the folders that sightline scenes writes', async () => {
    const scenes = join(folder, 'scenes');
    await writeScenes(scenes, { first: 1, count: 3, size: 64, twins: false }, { asArrays: false, onScene: () => {} });
    mkdirSync(join(folder, 'of-scenes'));
    for (const seed of [1, 2, 3]) {
      const { object } = renderScene(seed).masks;
      save(`of-scenes/scene-${seed}.object.npy`, (i) => object[i]!, [64, 64]);
      // A class activation map's grid: the same in 8 x 8 cells.
      const cell = (i: number) => object[(8 * Math.floor(i / 8) + 4) * 64 + 8 * (i % 8) + 4]!;
      save(`of-scenes/scene-${seed}.grad-cam.npy`, cell, [1, 8, 8]);
    }
    const metrics = ['--metrics', 'mask-area,iou,relevance-mass-accuracy', '--json'];
    await evaluate(join(folder, 'of-scenes'), '--masks', join(scenes, 'masks', 'object'), '--resize', ...metrics);
    const { summary } = JSON.parse(written.stdout);
    const [coarse, exact] = summary.map(({ metrics: found }: { metrics: object }) => found);
    expect(summary.map(({ group }: { group: string }) => group)).toEqual(['grad-cam', 'object']);
    expect(exact).toMatchObject({ iou: { mean: 1, n: 3 }, 'relevance-mass-accuracy': { mean: 1, n: 3 } });
    expect(coarse.iou.mean).toBeGreaterThan(4 * coarse['mask-area'].mean);
    // Scene 3 has a tag, the others none.
    written.stdout = '';
    await evaluate(join(folder, 'of-scenes'), '--masks', join(scenes, 'masks', 'tag'), '--resize', ...metrics);
    expect(JSON.parse(written.stdout).maps.map(({ name }: { name: string }) => name)).toEqual([
      'scene-3.grad-cam.npy',
      'scene-3.object.npy',
    ]);
    expect(written.stderr).toMatch(/scene-1\.object\.npy has no mask in .*tag: a file scene-1\.png is expected there/);
    expect(written.stderr).toContain('4 of 6 maps could not be scored');
  });

  it('says that a mask is empty', async () => {
    writeFileSync(
      join(folder, 'masks', 'a.png'),
      await encodePng({ width: SIDE, height: SIDE, data: new Uint8Array(SIDE * SIDE * 3) }),
    );
    await evaluate(join(folder, 'maps', 'a.gradient.npy'), '--masks', join(folder, 'masks'), '--metrics', 'iou');
    expect(written.stderr).toContain('a.gradient.npy: iou: the mask is empty');
  });

  it.each([
    [[], 'give either --masks or --fixations'],
    [['--masks', '/nowhere'], 'there is no folder /nowhere'],
    [['--masks', 'masks', '--metrics', 'iuo'], 'there is no metric "iuo" of this kind; did you mean "iou"'],
    [['--fixations', 'fixations', '--sigma', '0'], '--sigma is a number of pixels above 0'],
  ])('refuses %j', async (args, message) => {
    const inFolder = args.map((arg) => (arg === 'masks' || arg === 'fixations' ? join(folder, arg) : arg));
    await expect(evaluate(join(folder, 'maps'), ...inFolder)).rejects.toThrow(message);
  });
});
