/** `sightline simplify` as its users meet it: the built program in a process of its own. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { beforeEach, describe, expect, it } from 'vitest';
import { decodeModel } from '../onnx/codec/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const fixtures = join(root, 'test/fixtures/onnx');
const network = join(fixtures, 'convolutions.qdq.onnx');

let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'sightline-'));
});

function simplify(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [join(root, 'dist/cli/main.js'), 'simplify', ...args], { cwd: out }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

const image = new ort.Tensor(
  'float32',
  Float32Array.from({ length: 3 * 16 * 16 }, (_, i) => Math.sin(i)),
  [1, 3, 16, 16],
);

async function scores(path: string): Promise<number[]> {
  const session = await ort.InferenceSession.create(path, { logSeverityLevel: 4 });
  return [...((await session.run({ image })).scores!.data as Float32Array)];
}

const opsetOf = (path: string) => decodeModel(new Uint8Array(readFileSync(path))).details.opset;

describe('sightline simplify', () => {
  it('writes a model with the same outputs', async () => {
    const { code, stdout } = await simplify(network, '-o', 'small.onnx', '--opset', '21');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^small\.onnx: \d+ nodes of opset 17 became \d+ of opset 21\n$/);
    expect(opsetOf(join(out, 'small.onnx'))).toBe(21);
    expect(await scores(join(out, 'small.onnx'))).toEqual(await scores(network));
  });

  it('writes several models into a folder', async () => {
    const other = join(fixtures, 'convolutions.fused.onnx');
    expect((await simplify(network, other, '-o', 'many')).code).toBe(0);
    expect(readdirSync(join(out, 'many')).sort()).toEqual(['convolutions.fused.onnx', 'convolutions.qdq.onnx']);
    // What ONNX Runtime's optimiser made is left as it is.
    const { nodes } = decodeModel(new Uint8Array(readFileSync(join(out, 'many/convolutions.fused.onnx'))));
    expect(nodes.map(({ op }) => op)).toContain('FusedConv');
  });

  it('does the others where one fails', async () => {
    const bad = join(out, 'bad.onnx');
    writeFileSync(bad, 'no model');
    const { code, stderr } = await simplify(bad, network, '-o', 'many');
    expect(code).toBe(1);
    expect(stderr).toMatch(/bad\.onnx is not an ONNX model.*\nsightline: 1 of 2 models failed\n$/);
    expect(readdirSync(join(out, 'many'))).toEqual(['convolutions.qdq.onnx']);
  });

  it.each<[string, string[], RegExp]>([
    ['an opset that is not written', [network, '-o', 'x.onnx', '--opset', '12'], /opset from 17 to 23, not 12/],
    ['one file for several models', [network, network, '-o', 'x.onnx'], /x\.onnx is one file, and there are 2 models/],
    ['two models of one name', [network, network, '-o', 'many'], /would both be written as/],
    ['a model that is not there', ['gone.onnx', '-o', 'x.onnx'], /there is no model file gone\.onnx/],
    ['the model itself', [network, '-o', network], /is the model itself/],
  ])('refuses %s, and writes nothing', async (_, args, message) => {
    const { code, stderr } = await simplify(...args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
    expect(existsSync(join(out, 'x.onnx'))).toBe(false);
  });
});
