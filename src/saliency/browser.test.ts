/** The room in a browser: bundled, it runs where there is nothing of Node, and gives the same maps. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomPicture } from '../../test/fixtures/saliency/load.js';
import { saliencyMethods } from './registry.js';
import { saliency } from './saliency.js';

/** What both sides compute: the sum of each map, and its first, middle and last value. */
const names = saliencyMethods.map(({ name }) => name);
const picture = randomPicture(48, 72);
const summary = (data: Float32Array): number[] => [
  data.reduce((sum, value) => sum + value, 0),
  ...[0, 1700, data.length - 1].map((i) => data[i]!),
];
const expected = Object.fromEntries(names.map((name) => [name, summary(saliency(picture, name).data)]));

/** A script that gives the same summaries, as a browser would run it. */
const script = `
  const levels = Uint8Array.from(${JSON.stringify([...picture.levels])});
  const picture = { width: 72, height: 48, channels: 3, levels };
  const summary = ${summary.toString()};
  const found = JSON.stringify(Object.fromEntries(
    ${JSON.stringify(names)}.map((name) => [name, summary(sightline.saliency(picture, name).data)])));
`;

let bundle = '';
beforeAll(async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('./index.ts', import.meta.url))],
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'sightline',
    write: false,
    metafile: true,
  });
  bundle = outputFiles[0]!.text;
  expect(Object.keys(metafile.inputs).filter((path) => path.includes('/node/') || path.includes('node_modules'))).toEqual([]);
});

it('runs in a bare context, without process, Buffer or require', () => {
  // Only what the language itself has: not even console or performance.
  const context = createContext({});
  const found = JSON.parse(runInContext(`${bundle}\n${script}\nfound`, context)) as typeof expected;
  expect(found).toEqual(expected);
});

const browser = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  .find((path) => existsSync(path));

describe.skipIf(!browser)('in Chromium', () => {
  it('gives the maps that it gives in Node', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sightline-browser-'));
    try {
      const page = join(folder, 'page.html');
      writeFileSync(
        page,
        `<!doctype html><pre></pre><script>${bundle}\n${script}\ndocument.querySelector('pre').textContent = found</script>`,
      );
      const { stdout } = await promisify(execFile)(
        browser!,
        [
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--disable-dev-shm-usage',
          `--user-data-dir=${join(folder, 'profile')}`,
          '--dump-dom',
          pathToFileURL(page).href,
        ],
        { timeout: 50_000, maxBuffer: 2 ** 24 },
      );
      const found = JSON.parse(/<pre>(.*?)<\/pre>/s.exec(stdout)![1]!) as typeof expected;
      // Mathematical functions may differ in their last bit from one engine's version to another's; sums and float maps do not show more.
      for (const name of names) {
        for (const [i, value] of expected[name]!.entries()) {
          expect(Math.abs(found[name]![i]! - value), name).toBeLessThanOrEqual(1e-4 * Math.max(1e-3, Math.abs(value)));
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
