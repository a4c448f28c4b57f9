import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Builder } from '../../onnx/builder.js';
import { encodeModel } from '../../onnx/codec/index.js';
import { Graph } from '../../onnx/graph.js';
import type { Tensor } from '../../onnx/tensor.js';
import { nodeRuntime, openModelFile } from './index.js';

const root = mkdtempSync(join(tmpdir(), 'sightline-files-'));
const folder = join(root, 'model');
mkdirSync(folder);
afterAll(() => rmSync(root, { recursive: true }));

/** y = x + a + b, with a and b in files beside the model. */
function model(name: string, files: readonly [string, string], offset = 0): string {
  const b = new Builder(17);
  const x = b.input('x', 'float32', [4]);
  const stored = (file: string, at: number): Tensor => ({
    dtype: 'float32',
    shape: [4],
    location: { file, offset: at, length: 16 },
    bytes: () => new Uint8Array(16),
  });
  const sum = b.add(b.add(x, b.constant(stored(files[0], 0), 'a')), b.constant(stored(files[1], offset), 'b'));
  const details = { opset: 17, domains: {}, metadata: {}, producer: '', functions: [] };
  const path = join(folder, `${name}.onnx`);
  writeFileSync(
    path,
    encodeModel(new Graph({ name, inputs: [x], outputs: [b.named('y', sum)], details }), { referTo: `${name}.onnx` }),
  );
  return path;
}

const weights = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
writeFileSync(join(folder, 'one.bin'), weights(1, 2, 3, 4));
writeFileSync(join(folder, 'two.bin'), weights(0, 0, 0, 0, 10, 20, 30, 40));
writeFileSync(join(root, 'secret.bin'), weights(7, 7, 7, 7));
symlinkSync(join(root, 'secret.bin'), join(folder, 'link.bin'));

describe('weights in files beside the model', () => {
  it('are read from several files, where they lie', async () => {
    const { graph, weights: files } = openModelFile(model('several', ['one.bin', 'two.bin'], 16));
    const session = await (await nodeRuntime()).load(graph, { weights: files });
    const { y } = await session.run({ x: { shape: [4], data: new Float32Array(4) } });
    expect([...y!.data]).toEqual([11, 22, 33, 44]);
    await session.dispose();
  });

  it.each<[string, string, RegExp]>([
    ['that is not there', 'gone.bin', /keeps weights in "gone\.bin", and there is no such file beside it/],
    ['above the folder', '../secret.bin', /keeps weights in "\.\.\/secret\.bin", outside its folder: refused/],
    ['at an absolute path', '/etc/hostname', /keeps weights in "\/etc\/hostname", outside its folder: refused/],
    ['that is a link out of the folder', 'link.bin', /keeps weights in "link\.bin", outside its folder: refused/],
    ['that ends too early', 'one.bin', /one\.bin is truncated/],
  ])('one %s is refused', (_, file, message) => {
    expect(() => openModelFile(model('bad', ['one.bin', file], file === 'one.bin' ? 8 : 0))).toThrow(message);
  });
});
