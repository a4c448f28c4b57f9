/** The core runs in a browser: it bundles without Node, and explains on WebAssembly. */
import { existsSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../src/runtime/node/index.js';
import { explain, modelFromBytes, ortRuntime } from '../src/web.js';

const file = (path: string) => new URL(path, new URL('../', import.meta.url));
const model = new Uint8Array(readFileSync(file('models/efficientnet_lite0.onnx')));
const input = { shape: [1, 3, 224, 224], data: Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i / 50)) };

const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

describe('in a browser', () => {
  it.each(['src/web.ts', 'src/index.ts', 'src/onnx/index.ts'])('%s bundles without Node', async (entry) => {
    const path = file(entry).pathname;
    expect(existsSync(path)).toBe(true);
    const bundle = await build({
      entryPoints: [path],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      logLevel: 'silent',
      metafile: true,
    });
    expect(bundle.errors).toEqual([]);
    const imports = Object.values(bundle.metafile.outputs).flatMap((output) =>
      output.imports.map(({ path: imported }) => imported),
    );
    expect(imports).toEqual([]);
  });

  it.each(['grad-cam', 'gradient'])('%s on WebAssembly equals the native engine', async (method) => {
    const native = await explain(modelFromBytes(model, { runtime: await nodeRuntime() }), method, input);
    const web = await explain(modelFromBytes(model, { runtime: ortRuntime(ort) }), method, input);
    expect(web.rows[0]!.target).toBe(native.rows[0]!.target);
    const difference = native.attribution.data.map((value, i) => value - web.attribution.data[i]!);
    // A norm, not the largest element: the engines round differently, and of 6 million ReLU6 one may lie at its kink.
    expect(norm(native.attribution.data)).toBeGreaterThan(0);
    expect(norm(difference) / norm(native.attribution.data)).toBeLessThan(2e-3);
  });
});
