/** `sightline heads` and `head-weights` as their users meet them: the built program in a process of its own. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { noise, path } from '../../test/transformers.js';
import { decodeNpy, encodeNpy } from '../tensor/npy.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const clip = path('clip-openclip');

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'sightline-'));
  [1, 2, 3].forEach((seed) => {
    writeFileSync(join(out, `${seed}.npy`), encodeNpy(noise([1, 3, 48, 48], seed)));
  });
  writeFileSync(join(out, 'words.txt'), 'a dog\na cat\n\nred\n');
});

const heads = (...args: string[]) => sightline('heads', ...args);

const sightline = (...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    execFile(process.execPath, [program, ...args], { cwd: out }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });

describe('sightline heads', () => {
  it('takes a score apart, the strongest heads first', async () => {
    const { code, stdout } = await heads('1.npy', '-m', clip, '--text', 'a dog', '--top', '3', '--ablate', '2.0,1.1');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1\.npy {2}a dog: -?0\.\d{4}$/m);
    expect(stdout).toMatch(/\.\.\. 9 more heads/);
    expect(stdout).toMatch(/^ {2}sum .* 100\.0 %$/m);
    expect(stdout).toMatch(/^ {2}without 2\.0, 1\.1: /m);
  });

  it('prints the same as JSON, with means in place of heads', async () => {
    const { stdout } = await heads(
      '1.npy',
      '2.npy',
      '-m',
      clip,
      '--text',
      'a dog',
      '--text',
      'red',
      '-t',
      'red',
      '--mean',
      '.',
      '--json',
    );
    const tables = JSON.parse(stdout);
    expect(tables.map(({ image }: { image: string }) => image)).toEqual(['1.npy', '2.npy']);
    for (const { target, score, heads: all, mlps, rest, ablation } of tables) {
      const sum = [...all, ...mlps].reduce((total, { contribution }) => total + contribution, rest);
      expect(sum).toBeCloseTo(score, 5);
      expect(target).toEqual({ index: 1, label: 'red' });
      expect(ablation).toEqual({ by: 'mean', meanOf: 3 });
      const each = all.map(({ contribution }: { contribution: number }) => contribution);
      expect(each).toEqual([...each].sort((a, b) => b - a));
    }
  });

  it('takes the logit of a classifier apart', async () => {
    writeFileSync(join(out, 'wide.npy'), encodeNpy(noise([1, 3, 32, 48])));
    const { stdout } = await heads('wide.npy', '-m', path('wide.onnx'), '-t', '3', '--top', 'all');
    expect(stdout).toMatch(/^wide\.npy {2}class 3: /m);
    expect(stdout.match(/^ {2}\d\.\d /gm)).toHaveLength(12);
  });

  it('names heads by texts', async () => {
    const { code, stdout } = await heads('.', '-m', clip, '--texts', 'words.txt', '--blocks', '2', '--count', '2');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^head {4}var\. {3}text$/m);
    expect(stdout.match(/^2\.\d .* % {2}(a dog|a cat|red)$/gm)).toHaveLength(4);
  });

  it.each([
    [['--text', 'x', '--ablate', '9.9'], /the model has no head 9\.9/],
    [['--text', 'x', '--ablate', 'a'], /--ablate is a list of block\.head/],
    [['--text', 'x', '--top', '0'], /--top is how many heads to print/],
    [[], /give --text "\.\.\.", or --texts <file>/],
    [['--text', 'x', '-t', 'y'], /there is no label "y"/],
    [['--text', 'x', '--texts', 'words.txt'], /--texts names heads, and --text takes a score apart/],
    [['--text', 'x', '--mean', 'nowhere'], /there is no image or folder nowhere/],
    [['--texts', 'none.txt'], /there is no file none\.txt/],
    [['--texts', 'words.txt', '--blocks', '7'], /the blocks of the model are 0 to 2, and 7 is none/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await heads('1.npy', '-m', clip, ...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });
});

describe('weights of heads in the folder of a model', () => {
  beforeEach(() => {
    cpSync(clip, join(out, 'clip'), { recursive: true });
    writeFileSync(join(out, 'clip/head-weights.npy'), encodeNpy({ shape: [3, 4], data: new Float32Array(12).fill(0.25) }));
  });

  it('are those of chili and of concepts', async () => {
    const args = ['1.npy', '-m', 'clip', '--text', 'a dog', '-x', 'chili', '-f', 'npy'];
    expect((await sightline('explain', ...args, '-o', 'own')).code).toBe(0);
    await sightline('explain', ...args, '-o', 'given', '--set', 'weights=0.25');
    const [own, given] = ['own', 'given'].map((folder) => decodeNpy(readFileSync(join(out, folder, '1.chili.npy'))).data);
    expect(own).toEqual(given);

    const { stdout } = await sightline('concepts', '1.npy', '2.npy', '-m', 'clip', '--concepts', 'words.txt');
    const [header, ...rows] = stdout.trim().split('\n');
    expect(header).toBe('image,concept,score,object,context,register');
    expect(rows.map((row) => row.split(',').slice(0, 2).join())).toEqual(
      ['1.npy', '2.npy'].flatMap((image) => ['a dog', 'a cat', 'red'].map((text) => `${image},${text}`)),
    );
    const [object, context] = rows[0]!.split(',').slice(3).map(Number) as [number, number];
    expect(object / context).toBeCloseTo(1 / 3, 4);
    const map = own as Float32Array;
    expect(object).toBeCloseTo(
      map.reduce((sum, value) => sum + value, 0),
      5,
    );
  });

  it.each([
    [['--concepts', 'none.txt'], /there is no file none\.txt/],
    [['--concepts', 'words.txt', '-m', clip], /there is no head-weights\.npy in the model's folder/],
    [['--concepts', 'words.txt', '--weights', '1.npy'], /the weights have the shape \[1, 3, 48, 48\]/],
    [['--concepts', 'words.txt', '-m', path('wide.onnx')], /has no text tower/],
    [['--concepts', 'words.txt', '--filter', 'mean'], /--filter is median, high-norm, none, not mean/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await sightline('concepts', '1.npy', '-m', 'clip', ...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });
});
