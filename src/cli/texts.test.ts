/** Image-text models on the command line: texts, their words, and models of the hub. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeHub } from '../../test/hub.js';
import { path } from '../../test/transformers.js';
import { encodeNpy } from '../tensor/npy.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const chelsea = join(root, 'models/photos/chelsea.png');
const folder = path('clip-openclip');

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'texts-'));
});
afterEach(() => rmSync(out, { recursive: true }));

function sightline(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    const options = { cwd: out, env: { ...process.env, SIGHTLINE_CACHE: join(out, 'cache'), ...environment } };
    execFile(process.execPath, [join(root, 'dist/cli/main.js'), ...args], options, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const explain = (...args: string[]) => sightline(['explain', chelsea, '-o', out, ...args]);

describe('texts on the command line', () => {
  it('have probabilities by the logit scale, and words that matter', async () => {
    const texts = ['--text', 'a dog', '--text', 'two people in a red car'];
    const { code, stdout } = await explain(
      '-m',
      folder,
      '-x',
      'legrad',
      ...texts,
      '-t',
      '1',
      '--words',
      'occlusion',
      '-f',
      'json,html',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/ scores {4}two people in a red car -?0\.\d{3} \([\d.]+ %\), a dog -?0\.\d{3} \([\d.]+ %\)/);
    expect(stdout).toMatch(/ words {5}two [+-][\d.]+, people .*, car [+-][\d.]+, by occlusion/);
    const record = JSON.parse(readFileSync(join(out, 'chelsea.legrad.json'), 'utf8'));
    const [row] = record.rows;
    expect(record.logitScale).toBe(100);
    expect(row.textMethod).toBe('occlusion');
    expect(row.text.map(({ token }: { token: string }) => token)).toEqual(['two', 'people', 'in', 'a', 'red', 'car']);
    const [first, second] = row.top;
    expect(Math.log(first.probability / second.probability)).toBeCloseTo(100 * (first.score - second.score), 6);
    expect(readFileSync(join(out, 'chelsea.legrad.html'), 'utf8')).toMatch(/<p class="words">.*>people<\/span>/);
  });

  it('are cut where they are too long, which is said', async () => {
    const { stdout } = await explain('-m', folder, '-x', 'legrad', '--text', new Array(20).fill('dog').join(' '));
    expect(stdout).toMatch(/note .*has 22 tokens; the text tower takes 16, the rest was cut off/);
  });

  it.each<[string, string[], RegExp]>([
    ['a text for a classifier', ['--text', 'a dog'], /the model is a classifier and takes no text/],
    ['a vector of another length', ['-m', folder, '--text-embedding', 'vector.npy'], /the text vector has 7 numbers, .* has 24/],
    ['no text where one is needed', ['-m', folder, '-x', 'legrad'], /legrad explains one: give --text/],
    ['attention of a network that has none', ['-x', 'legrad'], /no vision transformer .*: it has no softmax that weighs tokens/],
    ['words without a text', ['-m', folder, '-x', 'attention', '--words', 'occlusion'], /--words explains the words of --text/],
    [
      'words of many sentences',
      ['-m', folder, '--text', 'dog', '--templates', 'openai', '--words', 'occlusion'],
      /leave out --templates/,
    ],
    ['a way to weigh words that there is not', ['-m', folder, '--text', 'dog', '--words', 'guess'], /not by "guess"/],
  ])('%s is refused in a line', async (_, args, message) => {
    writeFileSync(join(out, 'vector.npy'), encodeNpy({ shape: [7], data: new Float32Array(7).fill(1) }));
    const { code, stderr } = await explain(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });
});

describe('models of the hub on the command line', () => {
  const hub = new FakeHub();
  afterEach(() => hub.stop());

  it('are downloaded with a word on stderr, and then lie in the cache', async () => {
    await hub.start();
    const names = ['config.json', 'preprocessor_config.json', 'tokenizer.json', 'onnx/vision_model.onnx', 'onnx/text_model.onnx'];
    hub.files = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))]));
    const args = ['explain', chelsea, '-m', 'hf:a/b', '-x', 'legrad', '--text', 'a dog', '-f', 'npy', '-o', out];
    const first = await sightline(args, { HF_ENDPOINT: hub.endpoint });
    expect(first.stderr).toContain('sightline: downloads onnx/vision_model.onnx of hf:a/b\n');
    expect(first.code).toBe(0);
    const map = readFileSync(join(out, 'chelsea.legrad.npy'));
    const second = await sightline(args, { HF_ENDPOINT: hub.endpoint, HF_HUB_OFFLINE: '1' });
    expect([second.code, second.stderr]).toEqual([0, '']);
    expect(readFileSync(join(out, 'chelsea.legrad.npy')).equals(map)).toBe(true);
    const unknown = await sightline(['inspect', 'hf:a/c'], { HF_ENDPOINT: hub.endpoint });
    expect(unknown.stderr).toMatch(/^sightline: there is no model a\/c at http:\S+, or it is private: .*\n$/);
    expect(unknown.code).toBe(2);
  });
});
