/**
 * How long classical saliency takes, beside OpenCV and scikit-image where a Python with them is named, and how it grows with the picture.
 *
 *   node bench/saliency.mjs [--side 512] [--rounds 15] [--python venv/bin/python] [--growth] [--video] [--only spectral-residual]
 *
 * Prints JSON: medians and minima in milliseconds; `ratios` are ours over theirs by the minima, which a busy machine disturbs
 * least. The peers are timed by oracles/saliency/time_peers.py in blocks before and after ours. `growth` has the milliseconds per megapixel at 0.25, 1, 4 and
 * 16 megapixels, `video` the frames a second of spectral residual at 640 x 480.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { saliency, saliencyMethods } from '../dist/saliency/index.js';
import { slic } from '../dist/saliency/region/slic.js';

const { values } = parseArgs({
  options: {
    side: { type: 'string', default: '512' },
    rounds: { type: 'string', default: '15' },
    python: { type: 'string' },
    growth: { type: 'boolean', default: false },
    video: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const side = Number(values.side);
const rounds = Number(values.rounds);

/** What grows in proportion to the pixels; the others work at a fixed size, or look at pairs. */
const linear = [
  'center-surround',
  'fine-grained',
  'spectral-residual',
  'frequency-tuned',
  'maximum-symmetric-surround',
  'itti',
  'local-entropy',
  'region-contrast',
  'mst',
  'mst-hierarchy',
];

const picture = scene(side, side);
const jobs = saliencyMethods
  .flatMap(({ name, options }) =>
    options.variant
      ? options.variant.choices.map((variant) => [
          variant === options.variant.default ? name : `${name} ${variant}`,
          name,
          { variant },
        ])
      : [[name, name, {}]],
  )
  .map(([label, name, options]) => [label, () => saliency(picture, name, options)]);
jobs.push(['slic', () => slic(picture, { segments: 200, compactness: 10 })]);

const ours = {};
const theirs = [];
if (values.python) theirs.push(peers());
for (const [label, job] of jobs) {
  if (!label.includes(values.only)) continue;
  ours[label] = timed(job, label.startsWith('spectral') ? 10 * rounds : rounds);
}
if (values.python) theirs.push(peers(), peers());

const result = { engine: `node ${process.version}`, side, rounds, ms: ours };
if (values.python) {
  const names = { itti: 'itti itti-1998' };
  const peer = Object.fromEntries(
    Object.keys(theirs[0].ms).map((name) => [name, Math.min(...theirs.map(({ ms }) => ms[name].min))]),
  );
  result.peers = { opencv: theirs[0].opencv, threads: theirs[0].threads, minMs: peer };
  result.ratios = Object.fromEntries(
    Object.entries(ours).flatMap(([label, { min: time }]) => {
      const other = peer[label] ?? peer[names[label]];
      return other ? [[label, round(time / other)]] : [];
    }),
  );
}
if (values.growth) result.growth = { unit: 'ms per megapixel', ...growth() };
if (values.video) result.video = video();
console.log(JSON.stringify(result, null, 2));

function growth() {
  const sizes = [512, 1024, 2048, 4096];
  const scenes = new Map(sizes.map((size) => [size, scene(size, size)]));
  return Object.fromEntries(
    linear.map((name) => [
      name,
      Object.fromEntries(
        sizes.map((size) => {
          const large = scenes.get(size);
          const { min } = size > 1024 ? timed(() => saliency(large, name), 1, 0) : timed(() => saliency(large, name), 5);
          return [`${(size * size) / 2 ** 20} MP`, round((min * 2 ** 20) / (size * size))];
        }),
      ),
    ]),
  );
}

/** The map of each frame; decoding and drawing are not counted. */
function video() {
  const frames = [0, 1, 2, 3].map((shift) => scene(640, 480, shift * 9));
  const { median: frame, min } = timed(() => saliency(frames[0], 'spectral-residual'), 300);
  let index = 0;
  const start = performance.now();
  const count = 300;
  for (let i = 0; i < count; i++) saliency(frames[index++ % frames.length], 'spectral-residual');
  return {
    size: '640x480',
    frameMs: frame,
    minMs: min,
    framesPerSecond: Math.round((1000 * count) / (performance.now() - start)),
  };
}

function timed(job, count, warm = Math.min(3, count)) {
  for (let i = 0; i < warm; i++) job();
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    job();
    times.push(performance.now() - start);
  }
  return { median: round(median(times)), min: round(Math.min(...times)) };
}

function peers() {
  const script = fileURLToPath(new URL('../oracles/saliency/time_peers.py', import.meta.url));
  return JSON.parse(
    execFileSync(values.python, [script, '--side', String(side), '--rounds', String(rounds)], { encoding: 'utf8' }),
  );
}

/** Blobs, stripes and noise. */
function scene(width, height, shift = 0) {
  const levels = new Uint8Array(width * height * 3);
  let state = 1;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const noise = (state >>> 24) / 16;
      const u = (x + shift) / width;
      const v = y / height;
      const blob = 110 * Math.exp(-((u - 0.6) ** 2 + (v - 0.4) ** 2) * 40);
      levels[at++] = 70 + 60 * u + blob + noise;
      levels[at++] = 90 + 30 * Math.sin(u * 40) + noise;
      levels[at++] = 120 + 40 * v - blob / 2 + noise;
    }
  }
  return { width, height, channels: 3, levels };
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function round(value) {
  return Number(value.toPrecision(3));
}
