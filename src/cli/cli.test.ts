/** The command line as its users meet it: the built program in a process of its own. */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { beforeEach, describe, expect, it } from 'vitest';
import { decodeNpy, encodeNpy } from '../tensor/npy.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const chelsea = join(root, 'models/photos/chelsea.png');
const coffee = join(root, 'models/photos/coffee.png');
const bundled = join(root, 'models/efficientnet_lite0.onnx');

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'sightline-'));
});

function sightline(...args: string[]): Promise<Result> {
  return new Promise((done) => {
    execFile(process.execPath, [join(root, 'dist/cli/main.js'), ...args], { cwd: out }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** One line that says what is wrong, exit 2, and nothing written. */
function expectRefusal({ code, stderr }: Result, message: RegExp, folder = out): void {
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(code).toBe(2);
  expect(readdirSync(folder).filter((file) => /\.(png|npy|json|part)$/.test(file) && file.includes('.grad'))).toEqual([]);
}

describe('sightline explain', () => {
  it('explains a photo with the bundled model', async () => {
    const { code, stdout } = await sightline('explain', chelsea);
    expect(code).toBe(0);
    expect(stdout).toContain('tiger cat');
    expect(stdout).toContain('head.act [N, 1280, 7, 7]');
    expect(stdout).toContain('chelsea.grad-cam.png');
    expect([...readFileSync(join(out, 'chelsea.grad-cam.png')).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  });

  it('ranks the classes of the photos as the model card says', async () => {
    await sightline('explain', chelsea, coffee, '-f', 'json', '-o', out);
    const best = (name: string) => JSON.parse(readFileSync(join(out, `${name}.grad-cam.json`), 'utf8')).rows[0].top;
    // Logits with Pillow's resize; another decoder or engine moves them by some hundredths.
    const card = { chelsea: [282, 9.22, 285, 9.16, 281, 8.39], coffee: [967, 11.41, 968, 7.25] } as const;
    for (const [name, expected] of Object.entries(card)) {
      for (let i = 0; i < expected.length; i += 2) {
        const { index, score } = best(name)[i / 2];
        expect(index).toBe(expected[i]);
        expect(Math.abs(score - expected[i + 1]!)).toBeLessThan(0.1);
      }
    }
  });

  it('writes what was asked for, by the name of input and method', async () => {
    await sightline('explain', chelsea, '-x', 'gradient,hires-cam', '-f', 'npy,json', '-t', 'tabby', '-o', join(out, 'maps'));
    expect(readdirSync(join(out, 'maps')).sort()).toEqual([
      'chelsea.gradient.json',
      'chelsea.gradient.npy',
      'chelsea.hires-cam.json',
      'chelsea.hires-cam.npy',
    ]);
    expect(decodeNpy(readFileSync(join(out, 'maps/chelsea.gradient.npy'))).shape).toEqual([1, 3, 224, 224]);
    expect(decodeNpy(readFileSync(join(out, 'maps/chelsea.hires-cam.npy'))).shape).toEqual([1, 7, 7]);
    const record = JSON.parse(readFileSync(join(out, 'maps/chelsea.hires-cam.json'), 'utf8'));
    expect(record.rows[0].target).toEqual({ index: 281, label: 'tabby' });
    expect(record.layers).toEqual([{ name: 'head.act', shape: ['N', 1280, 7, 7] }]);
  });

  it('does what it can of several inputs, lists the failures and exits with 1', async () => {
    writeFileSync(join(out, 'broken.png'), 'no picture');
    const { code, stderr } = await sightline('explain', chelsea, 'broken.png', coffee, '-o', out);
    expect(code).toBe(1);
    expect(stderr).toMatch(/broken\.png/);
    expect(stderr).toMatch(/1 of 3 inputs failed/);
    expect(existsSync(join(out, 'chelsea.grad-cam.png'))).toBe(true);
    expect(existsSync(join(out, 'coffee.grad-cam.png'))).toBe(true);
  });

  it('takes the input tensor of the model as .npy, several rows at once', async () => {
    const data = Float32Array.from({ length: 2 * 3 * 224 * 224 }, (_, i) => Math.sin(i / 300));
    writeFileSync(join(out, 'rows.npy'), encodeNpy({ shape: [2, 3, 224, 224], data }));
    const { code } = await sightline('explain', 'rows.npy', '-t', '3,top', '-f', 'npy,png');
    expect(code).toBe(0);
    expect(decodeNpy(readFileSync(join(out, 'rows.grad-cam.npy'))).shape).toEqual([2, 7, 7]);
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown method', [chelsea, '-x', 'gradcamm'], /no method "gradcamm".*grad-cam/],
    ['an unknown option', [chelsea, '-s', 'sharpness=3'], /no option "sharpness"/],
    ['a bad option value', [chelsea, '-s', 'target-score=loud'], /target-score cannot be "loud"/],
    ['an option without a value', [chelsea, '-s', 'target-score'], /name=value/],
    ['an unknown layer', [chelsea, '-l', 'haed.act'], /no layer "haed.act".*head\.act/],
    ['a layer with a 1x1 grid', [chelsea, '-l', 'pool'], /1x1/],
    ['a class out of range', [chelsea, '-t', '1000'], /target 1000 is out of range/],
    ['an unknown label', [chelsea, '-t', 'tigre cat'], /no label "tigre cat".*tiger cat/],
    ['several targets for one photo', [chelsea, '-t', '1,2'], /2 targets for 1 row/],
    ['a model that is not there', [chelsea, '-m', 'nothing.onnx'], /no model file nothing\.onnx/],
    ['a model name that is not there', [chelsea, '-m', 'efficientnet'], /efficientnet-lite0/],
    ['a photo that is not there', ['nothing.png'], /nothing\.png/],
    ['an unknown format', [chelsea, '-f', 'tiff'], /format "tiff"/],
    ['an unknown recipe', [chelsea, '--preprocess', 'imagnet'], /imagnet/],
    ['an output that is not there', [chelsea, '--output', 'logit'], /no output "logit".*logits/],
    ['an unknown flag', [chelsea, '--methods', 'gradient'], /unknown option '--methods'/],
  ])('refuses %s', async (_, args, message) => {
    const result = await sightline('explain', ...args);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(2);
    expect(readdirSync(out)).toEqual([]);
  });

  it.each<[string, () => void, string, RegExp]>([
    ['a text file called .png', () => writeFileSync(join(out, 'x.png'), 'hello'), 'x.png', /x\.png/],
    ['half a photo', () => writeFileSync(join(out, 'x.png'), readFileSync(chelsea).subarray(0, 100_000)), 'x.png', /x\.png/],
    ['an empty file', () => writeFileSync(join(out, 'x.png'), ''), 'x.png', /x\.png/],
    ['a folder', () => mkdirSync(join(out, 'x.png')), 'x.png', /x\.png/],
    [
      'NaN',
      () =>
        writeFileSync(
          join(out, 'x.npy'),
          encodeNpy({ shape: [1, 3, 224, 224], data: new Float32Array(150_528).fill(Number.NaN) }),
        ),
      'x.npy',
      /not finite: element 0 is NaN/,
    ],
    [
      'a wrong shape',
      () => writeFileSync(join(out, 'x.npy'), encodeNpy({ shape: [1, 4, 8, 8], data: new Float32Array(256) })),
      'x.npy',
      /takes the shape .*\[1, 4, 8, 8\]/,
    ],
    [
      'a wrong rank',
      () => writeFileSync(join(out, 'x.npy'), encodeNpy({ shape: [8, 8], data: new Float32Array(64) })),
      'x.npy',
      /takes the shape .*\[8, 8\]/,
    ],
  ])('refuses %s', async (_, make, file, message) => {
    make();
    expectRefusal(await sightline('explain', file), message);
  });

  it('checks the output folder before the work', async () => {
    writeFileSync(join(out, 'taken'), '');
    expectRefusal(await sightline('explain', chelsea, '-o', 'taken/maps'), /cannot write to taken\/maps/);
  });

  it('refuses two inputs of one name, which would overwrite each other', async () => {
    copyFileSync(chelsea, join(out, 'chelsea.png'));
    expectRefusal(await sightline('explain', chelsea, 'chelsea.png'), /both be written as chelsea\.\*/);
  });

  it('shows a stack trace with --debug only', async () => {
    expect((await sightline('explain', chelsea, '-t', '5000', '--debug')).stderr).toMatch(/\n\s+at /);
  });
});

describe('sightline inspect', () => {
  it('lists inputs, outputs, operators and layers', async () => {
    const { code, stdout } = await sightline('inspect', '--json');
    const inspection = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(inspection.inputs).toEqual([{ name: 'input', dtype: 'float32', shape: ['N', 3, 224, 224] }]);
    expect(inspection.outputs).toEqual([{ name: 'logits', dtype: 'float32', shape: ['N', 1000] }]);
    expect(inspection.suggestedLayer).toBe('head.act');
    expect(inspection.operators.find(({ operator }: { operator: string }) => operator === 'Conv')).toMatchObject({
      count: 49,
      gradient: 'rule',
    });
  });

  it('prints the graph as text', async () => {
    const { stdout } = await sightline('inspect', bundled, '--text');
    expect(stdout).toMatch(/^%stem = Conv\(%input, .*\[N,32,112,112\]$/m);
  });
});

describe('sightline compile', () => {
  it('writes a model that any ONNX Runtime runs, with target and attribution', async () => {
    const { code, stdout } = await sightline('compile', 'efficientnet-lite0', '-x', 'grad-cam', '-o', 'explainer.onnx');
    expect(stdout).toMatch(/inputs input, target; outputs logits, attribution/);
    expect(code).toBe(0);
    const session = await ort.InferenceSession.create(join(out, 'explainer.onnx'));
    const input = new ort.Tensor('float32', new Float32Array(2 * 150_528).fill(0.1), [2, 3, 224, 224]);
    const run = async (...targets: bigint[]) =>
      session.run({ input, target: new ort.Tensor('int64', BigInt64Array.from(targets), [2]) });
    const { logits, attribution } = await run(-1n, 7n);
    expect(logits!.dims).toEqual([2, 1000]);
    expect(attribution!.dims).toEqual([2, 7, 7]);
    const scores = (logits!.data as Float32Array).subarray(0, 1000);
    const top = BigInt(scores.indexOf(Math.max(...scores)));
    const again = await run(top, 7n);
    expect(again.attribution!.data).toEqual(attribution!.data);
    await expect(run(1000n, 0n)).rejects.toThrow();
  });

  it('writes nothing where the method does not fit', async () => {
    const result = await sightline('compile', 'efficientnet-lite0', '-l', 'pool', '-o', 'explainer.onnx');
    expect(result.code).toBe(2);
    expect(readdirSync(out)).toEqual([]);
  });
});
