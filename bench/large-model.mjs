#!/usr/bin/env node
/**
 * Memory and time of explaining a model of 1.5 GB, and of planning graphs of 1k, 4k and 16k nodes; prints JSON.
 *
 *   node bench/large-model.mjs [--gigabytes 1.5] [--folder /tmp/sightline-large] [--dist dist]
 *
 * The model is a convolution and a stack of dense layers with random weights in a file beside it, made on the fly and deleted
 * afterwards. Each measurement is a process of its own, and its memory the largest it ever had.
 */
import { fork } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const dist = resolve(option('dist', join(import.meta.dirname, '..', 'dist')));
const folder = resolve(option('folder', '/tmp/sightline-large'));
const library = async (path) => import(pathToFileURL(join(dist, path)).href);
const WIDTH = 4096;

async function makeModel(gigabytes) {
  const { Builder } = await library('onnx/builder.js');
  const { Graph } = await library('onnx/graph.js');
  const { floats } = await library('onnx/tensor.js');
  const { encodeModel } = await library('onnx/codec/index.js');
  mkdirSync(folder, { recursive: true });
  const bytes = 4 * WIDTH * WIDTH;
  const layers = Math.round((gigabytes * 1e9) / bytes);
  const file = openSync(join(folder, 'large.data'), 'w');
  const weights = new Float32Array(WIDTH * WIDTH);
  let state = 1;
  for (let layer = 0; layer < layers; layer++) {
    for (let i = 0; i < weights.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      weights[i] = state / 2 ** 31 / Math.sqrt(WIDTH / 3);
    }
    writeSync(file, new Uint8Array(weights.buffer));
  }
  closeSync(file);

  const b = new Builder(17);
  const x = b.input('image', 'float32', ['N', 3, 64, 64]);
  const stem = b.constant(
    floats(
      Float32Array.from({ length: 64 * 3 * 64 }, (_, i) => Math.sin(i) / 8),
      [64, 3, 8, 8],
    ),
    'stem',
  );
  const map = b.relu(b.op('Conv', [x, stem], { strides: [8, 8] }));
  let y = b.reshape(map, [-1, WIDTH]);
  for (let layer = 0; layer < layers; layer++) {
    const location = { file: 'large.data', offset: layer * bytes, length: bytes };
    const tensor = { dtype: 'float32', shape: [WIDTH, WIDTH], location, bytes: () => new Uint8Array() };
    const sum = b.matMul(y, b.constant(tensor, `w${layer}`));
    y = layer % 4 === 3 ? b.add(b.relu(sum), y) : b.relu(sum);
  }
  const head = b.slice(y, { starts: [0], ends: [1000], axes: [1] });
  const details = { opset: 17, domains: {}, metadata: {}, producer: 'bench', functions: [] };
  const graph = new Graph({ name: 'large', inputs: [x], outputs: [b.named('scores', head)], details });
  writeFileSync(join(folder, 'large.onnx'), encodeModel(graph, { referTo: 'large.onnx' }));
}

/** What a process of its own does; sends what it measured. */
const jobs = {
  async plain() {
    const { nodeRuntime, openModelFile } = await library('runtime/node/index.js');
    const { graph, weights } = openModelFile(join(folder, 'large.onnx'));
    const session = await (await nodeRuntime()).load(graph, { weights });
    await session.run({ image: image() });
  },
  async explain(method) {
    const { nodeRuntime, openModelFile } = await library('runtime/node/index.js');
    const { explain, planExplainer } = await library('explain/explain.js');
    const { methodNamed } = await library('methods/registry.js');
    const started = performance.now();
    const opened = openModelFile(join(folder, 'large.onnx'));
    planExplainer(opened, methodNamed(method), [1, 3, 64, 64], {});
    const plannedIn = performance.now() - started;
    await explain({ ...opened, runtime: await nodeRuntime() }, method, image());
    return { plannedIn };
  },
  /** Milliseconds to read and plan a residual network of so many nodes, without running it. */
  async plan(nodes) {
    const { Builder } = await library('onnx/builder.js');
    const { Graph } = await library('onnx/graph.js');
    const { floats } = await library('onnx/tensor.js');
    const { decodeModel, encodeModel } = await library('onnx/codec/index.js');
    const { planExplainer } = await library('explain/explain.js');
    const { methodNamed } = await library('methods/registry.js');
    const b = new Builder(17);
    const x = b.input('image', 'float32', ['N', 4, 16, 16]);
    let y = x;
    for (let i = 0; 3 * i < nodes; i++) {
      const w = b.constant(floats(new Float32Array(16).fill(i), [4, 4, 1, 1]), `w${i}`);
      y = b.add(b.relu(b.op('Conv', [y, w])), y);
    }
    const pooled = b.reduceMean(y, [2, 3], false);
    const details = { opset: 17, domains: {}, metadata: {}, producer: 'bench', functions: [] };
    const bytes = encodeModel(new Graph({ name: 'deep', inputs: [x], outputs: [b.named('scores', pooled)], details }));
    const plan = () => planExplainer({ graph: decodeModel(bytes) }, methodNamed('gradient'), [1, 4, 16, 16], {});
    plan();
    const started = performance.now();
    plan();
    return { milliseconds: performance.now() - started };
  },
};

const image = () => ({ shape: [1, 3, 64, 64], data: Float32Array.from({ length: 3 * 64 * 64 }, (_, i) => Math.sin(i / 7)) });

function measured(job, argument) {
  return new Promise((done, failed) => {
    const started = performance.now();
    const child = fork(import.meta.filename, ['--job', job, '--argument', String(argument), '--folder', folder, '--dist', dist]);
    child.on('message', (found) => done({ ...found, seconds: (performance.now() - started) / 1000 }));
    child.on('exit', (code) => code && failed(new Error(`${job} ended with ${code}`)));
  });
}

if (option('job')) {
  const argument = option('argument');
  const found = await jobs[option('job')](/^\d+$/.test(argument) ? Number(argument) : argument);
  process.send({ ...found, megabytes: Math.round(process.resourceUsage().maxRSS / 1024) });
  process.disconnect();
} else {
  const gigabytes = Number(option('gigabytes', '1.5'));
  const result = { gigabytes, plan: {} };
  for (const nodes of [1000, 4000, 16000]) result.plan[nodes] = Math.round((await measured('plan', nodes)).milliseconds);
  const ours = !existsSync(join(folder, 'large.onnx'));
  if (ours) await makeModel(gigabytes);
  try {
    const plain = await measured('plain', '');
    result.plain = plain;
    for (const method of ['gradient', 'grad-cam']) {
      const found = await measured('explain', method);
      result[method] = { ...found, memoryRatio: Number((found.megabytes / plain.megabytes).toFixed(2)) };
    }
  } finally {
    if (ours) rmSync(folder, { recursive: true, force: true });
  }
  console.log(JSON.stringify(result, null, 2));
}
