/** `sightline audit` on files: what is written, how it goes on after a break, what is left out and what is refused. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { linearUnit, smallModel } from '../evaluate/limits/small-model.js';
import { random } from '../methods/random.js';
import { encodeModel } from '../onnx/codec/index.js';
import { nodeRuntime } from '../runtime/node/index.js';
import { encodeNpy } from '../tensor/npy.js';
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

  it.each([
    [['-x', 'gradiant'], 'there is no method "gradiant"; did you mean "gradient"'],
    [['-x', 'gradient', '-s', 'steps=3'], 'none of gradient has the option "steps"'],
    [['-b', 'cheap'], 'there is no budget "cheap"; there are fast, normal, thorough'],
    [['--seed', '1.5'], '--seed is a whole number'],
    [['-x', 'gradient', '-t', '7'], 'there is no class 7: the model has 1'],
  ])('refuses %j', async (args, message) => {
    await expect(run(...at('a.npy'), ...args)).rejects.toThrow(message);
  });
});
