/**
 * How long classical saliency takes, beside OpenCV and scikit-image where a Python with them is named, how it grows with the picture, and
 * how much memory it needs.
 *
 *   node bench/saliency.mjs [--side 512] [--rounds 15] [--python venv/bin/python] [--growth] [--video] [--memory] [--megapixels 50]
 *                           [--only spectral-residual] [--document docs/saliency.md]
 *
 * Prints JSON, in milliseconds of one thread's time on the processor, which a busy machine disturbs less than the clock. Both sides read the
 * same photo; the peers, one thread each, are timed by oracles/saliency/time_peers.py in blocks that take turns with ours. Of either side the
 * quietest block counts: its median, and the smallest time of all. `ratios` are ours over theirs, by both. `--document` writes the figures into
 * the page as tables.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resizeImage } from '../dist/image/index.js';
import { decodeImage } from '../dist/image/node/index.js';
import { pictureFromImage, saliency, saliencyMethods } from '../dist/saliency/index.js';
import { slic } from '../dist/saliency/region/slic.js';
import { documented } from './saliency-tables.mjs';

const { values } = parseArgs({
  options: {
    side: { type: 'string', default: '512' },
    rounds: { type: 'string', default: '15' },
    python: { type: 'string' },
    growth: { type: 'boolean', default: false },
    video: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    megapixels: { type: 'string', default: '50' },
    only: { type: 'string', default: '' },
    document: { type: 'string' },
  },
});
/** How often both sides take turns. */
const BLOCKS = 3;
const side = Number(values.side);
const rounds = Number(values.rounds);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const photo = await decodeImage(here('../models/photos/astronaut.png'));

/** A method with each of its variants, as [label, name, options]. */
const runs = saliencyMethods
  .flatMap(({ name, options: { variant } }) =>
    variant
      ? variant.choices.map((v) => [v === variant.default ? name : `${name} ${v}`, name, { variant: v }])
      : [[name, name, {}]],
  )
  .filter(([label]) => label.includes(values.only));

/** What does not grow in proportion to the pixels: it works at a fixed size, whatever the picture's, and only the map grows. */
const fixedSize = new Set(['spectral-residual', 'phase-spectrum', 'image-signature', 'minimum-barrier', 'center-prior']);

const result = { engine: `node ${process.version}`, side, rounds, ...timesBeside() };
if (values.growth) result.growth = { unit: 'ms per megapixel', ...growth() };
if (values.video) result.video = video();
if (values.memory) result.memory = memory();
console.log(JSON.stringify(result, null, 2));
if (values.document) {
  writeFileSync(values.document, documented(readFileSync(values.document, 'utf8'), result));
}

function timesBeside() {
  const picture = photoOf(side, side);
  const jobs = runs.map(([label, name, options]) => [label, () => saliency(picture, name, options)]);
  if ('slic'.includes(values.only)) jobs.push(['slic', () => slic(picture, { segments: 200, compactness: 10 })]);
  const folder = mkdtempSync(join(tmpdir(), 'sightline-bench-'));
  try {
    const file = join(folder, 'picture.rgb');
    writeFileSync(file, picture.levels);
    const ours = [];
    const theirs = [];
    const count = Math.ceil(rounds / BLOCKS);
    for (let block = 0; block < BLOCKS; block++) {
      ours.push(
        Object.fromEntries(jobs.map(([label, job]) => [label, timed(job, label === 'spectral-residual' ? 20 * count : count)])),
      );
      if (values.python) theirs.push(peers(file, count));
    }
    const ms = quietest(ours);
    if (!values.python) return { ms };
    const { opencv, skimage, threads } = theirs[0];
    const merged = quietest(theirs.map((block) => block.ms));
    return { ms, peers: { opencv, skimage, threads, ms: merged }, ratios: ratiosOf(ms, merged) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function quietest(blocks) {
  const least = (name, figure) => Math.min(...blocks.map((block) => block[name][figure]));
  return Object.fromEntries(
    Object.keys(blocks[0]).map((name) => [name, { median: least(name, 'median'), min: least(name, 'min') }]),
  );
}

function ratiosOf(ms, theirs) {
  return Object.fromEntries(
    Object.entries(theirs).flatMap(([name, other]) => {
      const own = ms[name];
      return own ? [[name, { min: round(own.min / other.min), median: round(own.median / other.median) }]] : [];
    }),
  );
}

function peers(file, count) {
  const options = ['--picture', file, '--side', String(side), '--rounds', String(count)];
  return JSON.parse(execFileSync(values.python, [here('../oracles/saliency/time_peers.py'), ...options], { encoding: 'utf8' }));
}

function growth() {
  const sizes = [512, 1024, 2048, 4096];
  const pictures = sizes.map((size) => repeated(size, size));
  return Object.fromEntries(
    runs
      .filter(([, name]) => !fixedSize.has(name))
      .map(([label, name, options]) => [
        label,
        Object.fromEntries(
          sizes.map((size, i) => {
            const { min } = timed(() => saliency(pictures[i], name, options), size > 1024 ? 2 : 5, size > 1024 ? 0 : 2);
            const megapixels = (size * size) / 2 ** 20;
            return [`${megapixels} MP`, round(min / megapixels)];
          }),
        ),
      ]),
  );
}

/** The map of each frame, by the clock; decoding and drawing are not counted. */
function video() {
  const frames = [0, 10, 20, 30].map((shift) => repeated(640, 480, shift));
  const count = 300;
  for (let i = 0; i < 100; i++) saliency(frames[i % frames.length], 'spectral-residual');
  const start = performance.now();
  for (let i = 0; i < count; i++) saliency(frames[i % frames.length], 'spectral-residual');
  const frameMs = (performance.now() - start) / count;
  return { size: '640x480', frameMs: round(frameMs), framesPerSecond: Math.round(1000 / frameMs) };
}

/** Each in a process of its own: what it needed at its peak beside the picture, in megabytes and by the pixel. */
function memory() {
  const megapixels = Number(values.megapixels);
  return {
    megapixels,
    ...Object.fromEntries(
      runs.map(([label, name, options]) => {
        const args = [here('saliency-memory.mjs'), name, JSON.stringify(options), values.megapixels];
        return [label, JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))];
      }),
    ),
  };
}

function photoOf(width, height) {
  return pictureFromImage(resizeImage(photo, width, height, 'bicubic'));
}

/** The photo side by side as often as fits: as busy at any size. A larger shift moves it to the left. */
function repeated(width, height, shift = 0) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * ((y % photo.height) * photo.width + ((x + shift) % photo.width));
      for (let c = 0; c < 3; c++) data[at++] = photo.data[from + c];
    }
  }
  return pictureFromImage({ width, height, data });
}

function timed(job, count, warm = Math.min(5, count)) {
  for (let i = 0; i < warm; i++) job();
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = process.cpuUsage();
    job();
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  return { median: round(median(times)), min: round(Math.min(...times)) };
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function round(value) {
  return Number(value.toPrecision(3));
}
