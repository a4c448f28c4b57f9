/**
 * How much an explanation costs beside a plain run of the model: ratios of medians, measured in one process in alternating blocks.
 *
 *   npm run bench -- [--model FILE]... [--method gradient,lrp:composite=epsilon-gamma-box] [--rounds 6] [--threads 2] [--shape 1,3,224,224]
 *
 * Prints JSON. Sessions disturb one another (their threads spin for a while), so each block is warmed up by a run that does not count.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import * as ort from 'onnxruntime-node';
import { defaultModel, loadExplainer, nodeRuntime, openModel, runExplainer } from '../dist/node.js';

const { values } = parseArgs({
  options: {
    model: { type: 'string', multiple: true, default: [defaultModel] },
    method: { type: 'string', default: 'gradient,grad-cam' },
    rounds: { type: 'string', default: '6' },
    threads: { type: 'string', default: '2' },
    shape: { type: 'string', default: '1,3,224,224' },
  },
});
const threads = Number(values.threads);
const shape = values.shape.split(',').map(Number);
const RUNS_A_BLOCK = 4;

const results = [];
for (const name of values.model) results.push(await benchModel(name));
console.log(JSON.stringify({ engine: 'onnxruntime-node cpu', threads, shape, results }, null, 2));

async function benchModel(name) {
  const model = await openModel(name, { runtime: await nodeRuntime({ threads }) });
  const input = { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i * 0.37) * 1.5) };
  const plain = await ort.InferenceSession.create(model.path, { intraOpNumThreads: threads, logSeverityLevel: 4 });
  const feeds = { [plain.inputNames[0]]: new ort.Tensor('float32', input.data, shape) };
  const contestants = [{ name: 'forward', run: () => plain.run(feeds), times: [] }];
  for (const method of values.method.split(',')) {
    const [wanted, ...settings] = method.split(':');
    const options = Object.fromEntries(settings.map((setting) => setting.split('=')));
    const explainer = await loadExplainer(model, wanted, shape, { options });
    contestants.push({ name: method, run: () => runExplainer(explainer, input), times: [] });
  }
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { run, times } of contestants) {
      await run();
      for (let i = 0; i < RUNS_A_BLOCK; i++) {
        const start = performance.now();
        await run();
        times.push(performance.now() - start);
      }
    }
  }
  const [forward, ...explained] = contestants.map(({ name: contestant, times }) => ({ name: contestant, median: median(times) }));
  return {
    model: basename(model.path),
    forwardMs: round(forward.median),
    ratios: Object.fromEntries(explained.map(({ name: method, median: time }) => [method, round(time / forward.median)])),
  };
}

function median(times) {
  const sorted = [...times].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function round(value) {
  return Math.round(value * 1000) / 1000;
}
