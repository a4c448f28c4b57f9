/**
 * Times methods, one line of JSON for each line on stdin: {"method", "options", "target", "rows"}; the method "forward" is a plain run of
 * the model on as many rows. Yields wall time, and processor time of all threads, in milliseconds.
 *   node oracles/methods/time_methods.mjs model.onnx threads     (started by time_peers.py)
 */
import { createInterface } from 'node:readline';
import * as ort from 'onnxruntime-node';
import { loadExplainer, nodeRuntime, openModel, runExplainer } from '../../dist/node.js';

const [, , path, threads] = process.argv;
const model = await openModel(path, { runtime: await nodeRuntime({ threads: Number(threads) }) });
const shape = [1, 3, 224, 224];
const input = { shape, data: Float32Array.from({ length: 150528 }, (_, i) => Math.sin(i * 0.37) * 1.5) };

async function plainRun(rows) {
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: Number(threads) });
  const data = new Float32Array(rows * input.data.length);
  for (let row = 0; row < rows; row++) data.set(input.data, row * input.data.length);
  const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', data, [rows, ...shape.slice(1)]) };
  return () => session.run(feeds);
}

async function explaining({ method, options, target }) {
  const loaded = await loadExplainer(model, method, shape, { options });
  return () => runExplainer(loaded, input, { options, targets: [target] });
}

const loaded = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const { rows, ...asked } = JSON.parse(line);
  if (!loaded.has(line)) loaded.set(line, await (asked.method === 'forward' ? plainRun(rows) : explaining(asked)));
  const [start, before] = [performance.now(), process.cpuUsage()];
  await loaded.get(line)();
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ wall: performance.now() - start, cpu: (user + system) / 1000 }));
}
