#!/usr/bin/env node
/**
 * Corrupts model files byte by byte, and sees that reading, explaining and running them end in a message or an answer: never in a
 * crash of the process, a hang, an error of our own making, or gigabytes of memory.
 *
 *   node scripts/fuzz-models.mjs [--mutations 2000] [--seed 1] [--dist dist] [model.onnx ...]
 *
 * Mutations are shared out over the models. Prints what they ended in, and each bad end with the seed that makes it again.
 */
import { fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const dist = resolve(option('dist', join(import.meta.dirname, '..', 'dist')));
const library = async (path) => import(pathToFileURL(join(dist, path)).href);
const PATIENCE = 20_000;
const MOST_MEGABYTES = 1500;

function seeded(seed) {
  let state = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) | 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** One to four changes: a bit, a byte, a run of bytes taken out, doubled or overwritten, or the end cut off. */
export function mutated(bytes, seed) {
  const random = seeded(seed);
  let list = [...bytes];
  for (let change = random(4); change >= 0; change--) {
    const at = random(list.length);
    const length = 1 + random(16);
    const kinds = [
      () => (list[at] ^= 1 << random(8)),
      () => (list[at] = random(256)),
      () => (list[at] = [0, 1, 127, 128, 255][random(5)]),
      () => list.splice(at, length),
      () => list.splice(at, 0, ...list.slice(at, at + length)),
      () => list.splice(at, length, ...Array.from({ length }, () => random(256))),
      () => (list = random(8) ? list : list.slice(0, at + 1)),
    ];
    kinds[random(kinds.length)]();
    if (list.length === 0) break;
  }
  return Uint8Array.from(list);
}

/** In a process of its own: one message for each seed. */
async function work(path) {
  const { modelFromBytes } = await library('explain/bytes.js');
  const { explain } = await library('explain/explain.js');
  const { inspect } = await library('explain/inspect.js');
  const { nodeRuntime } = await library('runtime/node/index.js');
  const { UserError } = await library('errors.js');
  const runtime = await nodeRuntime({ threads: 1 });
  const original = new Uint8Array(readFileSync(path));
  process.on('message', async (seed) => {
    let end = 'explained';
    try {
      const model = modelFromBytes(mutated(original, seed), { runtime, name: 'mutated.onnx' });
      inspect(model.graph);
      const shape = (model.graph.inputs[0]?.shape ?? []).map((size) => (typeof size === 'number' ? size : 1));
      const count = shape.reduce((product, size) => product * size, 1);
      if (count > 1e7) end = 'too large an input to try';
      else await explain(model, 'gradient', { shape, data: Float32Array.from({ length: count }, (_, i) => Math.sin(i)) });
    } catch (error) {
      const isMessage = error instanceof UserError || /^ONNX Runtime failed|attribution is not finite/.test(error.message);
      end = isMessage
        ? error instanceof UserError
          ? 'refused with a message'
          : 'refused by ONNX Runtime'
        : `BAD: ${error.stack}`;
    }
    process.send({ end, megabytes: Math.round(process.memoryUsage().rss / 2 ** 20) });
  });
}

function spawn(path) {
  return fork(import.meta.filename, ['--work', path, '--dist', dist], { silent: true, execArgv: ['--max-old-space-size=1024'] });
}

async function fuzz(path, seeds) {
  const counts = new Map();
  const bad = [];
  let child;
  const ask = (seed) =>
    new Promise((done) => {
      child ??= spawn(path);
      const current = child;
      const end = (found) => {
        clearTimeout(timer);
        current.removeAllListeners();
        done(found);
      };
      const timer = setTimeout(() => {
        current.removeAllListeners();
        current.kill('SIGKILL');
        child = undefined;
        end({ end: 'BAD: takes more than 20 seconds', megabytes: 0 });
      }, PATIENCE);
      current.once('message', end);
      current.once('exit', (code, signal) => {
        child = undefined;
        end({ end: `BAD: the process ended, ${signal ?? code}`, megabytes: 0 });
      });
      current.send(seed);
    });
  let peak = 0;
  for (const seed of seeds) {
    const { end, megabytes } = await ask(seed);
    peak = Math.max(peak, megabytes);
    const what = megabytes > MOST_MEGABYTES ? `BAD: ${megabytes} MB of memory` : end;
    counts.set(what.slice(0, 60).split('\n')[0], (counts.get(what.slice(0, 60).split('\n')[0]) ?? 0) + 1);
    if (!what.startsWith('BAD')) continue;
    bad.push({ seed, what });
    child?.kill();
    child = undefined;
  }
  child?.kill();
  return { counts, bad, peak };
}

if (option('work')) await work(option('work'));
else {
  const given = process.argv.slice(2).filter((each, i, all) => !each.startsWith('--') && !all[i - 1]?.startsWith('--'));
  const fixtures = join(import.meta.dirname, '..', 'test', 'fixtures');
  const usual = ['cam/residual.ts17.onnx', 'onnx/transformer.fused.onnx', 'onnx/convolutions.qoperator.onnx'].map((file) =>
    join(fixtures, file),
  );
  const models = given.length ? given : usual;
  const each = Math.ceil(Number(option('mutations', '2000')) / models.length);
  const first = Number(option('seed', '1'));
  for (const path of models) {
    const { counts, bad, peak } = await fuzz(
      path,
      Array.from({ length: each }, (_, i) => first + i),
    );
    console.log(`${basename(path)}: ${each} mutations, at most ${peak} MB`);
    for (const [what, n] of [...counts].sort((a, b) => b[1] - a[1])) console.log(`${String(n).padStart(6)}  ${what}`);
    for (const { seed, what } of bad) {
      const file = join(tmpdir(), `sightline-fuzz-${basename(path, '.onnx')}-${seed}.onnx`);
      writeFileSync(file, mutated(new Uint8Array(readFileSync(path)), seed));
      console.log(`seed ${seed}: ${what.split('\n').slice(0, 4).join(' | ')}\n        kept as ${file}`);
      process.exitCode = 1;
    }
  }
}
