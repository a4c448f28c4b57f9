/** What users get wrong with any command: one line that names it, before anything is written. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../errors.js';
import { linearUnit, smallModel } from '../evaluate/limits/small-model.js';
import { blank } from '../image/index.js';
import { encodePng } from '../image/node/index.js';
import { encodeModel } from '../onnx/codec/index.js';
import { Graph } from '../onnx/graph.js';
import { nodeRuntime } from '../runtime/node/index.js';
import { encodeNpy } from '../tensor/npy.js';
import { auditCommand } from './audit.js';
import { compileCommand } from './compile.js';
import { conceptsCommand } from './concepts.js';
import { cropCommand } from './crop.js';
import { evaluateCommand } from './evaluate.js';
import { explainCommand } from './explain.js';
import { headsCommand } from './heads.js';
import { makeFolder, writeFiles } from './output.js';
import { scenesCommand } from './scenes.js';
import { simplifyCommand } from './simplify.js';

const SIDE = 4;
const folder = mkdtempSync(join(tmpdir(), 'refusals-'));
const out = join(folder, 'out');
const at = (name: string) => join(folder, name);

const commands: Readonly<Record<string, () => Command>> = {
  audit: auditCommand,
  compile: compileCommand,
  concepts: conceptsCommand,
  crop: cropCommand,
  evaluate: evaluateCommand,
  explain: explainCommand,
  heads: headsCommand,
  scenes: scenesCommand,
  simplify: simplifyCommand,
};

const sightline = (name: string, ...args: string[]) => commands[name]!().exitOverride().parseAsync(args, { from: 'user' });

beforeAll(async () => {
  const weights = Float32Array.from({ length: SIDE * SIDE }, (_, i) => Math.cos(i));
  const model = smallModel(await nodeRuntime(), [SIDE, SIDE], (b, x) => linearUnit(b, x, weights, 0));
  writeFileSync(at('model.onnx'), encodeModel(model.graph));
  const { name, inputs, outputs, details } = model.graph;
  const late = new Graph({ name, inputs, outputs, details: { ...details, opset: 99 } });
  writeFileSync(at('late.onnx'), encodeModel(late));
  const data = new Float32Array(SIDE * SIDE).fill(0.5);
  writeFileSync(at('x.npy'), encodeNpy({ shape: [1, 1, SIDE, SIDE], data }));
  writeFileSync(at('nan.npy'), encodeNpy({ shape: [1, 1, SIDE, SIDE], data: data.map((v, i) => (i === 3 ? Number.NaN : v)) }));
  writeFileSync(at('small.npy'), encodeNpy({ shape: [1, 1, 2, 2], data: data.subarray(0, 4) }));
  mkdirSync(at('folder.onnx'));
  mkdirSync(at('other'));
  for (const photo of ['photo.png', 'other/photo.png']) writeFileSync(at(photo), await encodePng(blank(8, 8, [9, 9, 9])));
});

afterAll(() => rmSync(folder, { recursive: true }));

let stderr = '';
beforeEach(() => {
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text;
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

describe('a command', () => {
  const explain = ['explain', at('x.npy'), '-m', at('model.onnx'), '-o', out];
  const audit = ['audit', at('x.npy'), '-m', at('model.onnx'), '-o', out];
  const compile = ['compile', at('model.onnx'), '-x', 'gradient'];

  it.each<[string, string[], RegExp]>([
    ['no method', [...explain, '-x', ''], /--method names nothing/],
    ['no format', [...explain, '-x', 'gradient', '-f', ','], /--format names nothing/],
    ['no layer', [...explain, '-l', ''], /--layer names nothing/],
    ['a folder without a name', [...explain.slice(0, -1), ''], /no folder without a name/],
    ['a model of a later opset', ['explain', at('x.npy'), '-m', at('late.onnx'), '-x', 'gradient', '-o', out], /opset 99/],
    ['a device as model', ['explain', at('x.npy'), '-m', '/dev/null', '-o', out], /\/dev\/null is no plain file/],
    ['NaN to explain', ['explain', at('nan.npy'), ...explain.slice(2)], /nan\.npy is not finite: element 3 is NaN/],
    ['NaN to audit', ['audit', at('nan.npy'), ...audit.slice(2)], /nan\.npy is not finite: element 3 is NaN/],
    ['no method to audit', [...audit, '-x', ''], /--method names nothing/],
    ['a budget of another kind', [...audit, '-b', 'constructor'], /no budget "constructor"/],
    ['an option of another kind', [...audit, '-s', 'constructor=1'], /has the option "constructor"/],
    ['an unknown layer to audit', [...audit, '-l', 'nowhere'], /no layer "nowhere"/],
    ['a folder for a file', [...compile, '-o', at('folder.onnx')], /folder\.onnx": it is a folder/],
    ['no file', [...compile, '-o', ''], /cannot write to ""/],
    ['no metric', ['evaluate', at('photo.png'), '--masks', folder, '--metrics', ''], /--metrics names nothing/],
    ['an opset in words', ['simplify', at('model.onnx'), '-o', at('s.onnx'), '--opset', 'new'], /--opset takes .* not "new"/],
    ['a seed in words', ['scenes', '--seed', 'one', '-o', out], /--seed takes .* not "one"/],
    ['a size in words', ['scenes', '--size', 'big', '-o', out], /--size takes .* not "big"/],
    ['a folder of texts', ['heads', at('photo.png'), '-m', at('model.onnx'), '--texts', folder], /is a folder, not a file/],
    [
      'a folder of concepts',
      ['concepts', at('photo.png'), '-m', at('model.onnx'), '--concepts', folder],
      /is a folder, not a file/,
    ],
    ['an unknown option with several photos', ['crop', at('photo.png'), at('x.png'), '-a', '1', '-s', 'a=1', '-o', out], /"a"/],
    ['crops of one name', ['crop', at('photo.png'), at('other/photo.png'), '-a', '1', '-o', out], /both be written as photo\.\*/],
  ])('refuses %s', async (_, [name, ...args], message) => {
    const error = await sightline(name!, ...args).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toMatch(message);
    expect((error as UserError).message).not.toContain('\n');
    expect(existsSync(out)).toBe(false);
  });

  it('says of several inputs which one failed', async () => {
    await sightline('explain', at('x.npy'), at('small.npy'), '-m', at('model.onnx'), '-x', 'gradient', '-f', 'npy', '-o', out);
    expect(stderr).toMatch(/^sightline: .*small\.npy: .*\[1, 1, 2, 2\]\nsightline: 1 of 2 inputs failed\n$/);
    expect(process.exitCode).toBe(1);
    expect(readdirSync(out)).toEqual(['x.gradient.npy']);
    rmSync(out, { recursive: true });
  });
});

it.runIf(process.platform === 'linux')('a folder that the system refuses to make is an error, not a wait without end', () => {
  expect(() => makeFolder('/proc/sightline/maps')).toThrow(/ENOENT/);
});

it('an unfinished file is called after its process, so that another may write the same', () => {
  const unfinished: string[] = [];
  const pieces = function* () {
    yield Uint8Array.of(1);
    unfinished.push(...readdirSync(out));
  };
  writeFiles(out, { 'a.bin': pieces() });
  expect(unfinished).toEqual([`.a.bin.${process.pid}.part`]);
  expect(readdirSync(out)).toEqual(['a.bin']);
});
