/**
 * Times methods of many runs, one line of JSON for each line on stdin: {"method", "options", "target"}. Two threads.
 *   node oracles/methods/time_methods.mjs model.onnx     (started by time_peers.py)
 */
import { createInterface } from 'node:readline';
import { loadExplainer, nodeRuntime, openModel, runExplainer } from '../../dist/node.js';

const model = await openModel(process.argv[2], { runtime: await nodeRuntime({ threads: 2 }) });
const shape = [1, 3, 224, 224];
const input = { shape, data: Float32Array.from({ length: 150528 }, (_, i) => Math.sin(i * 0.37) * 1.5) };
const loaded = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const { method, options, target } = JSON.parse(line);
  const key = JSON.stringify([method, options]);
  if (!loaded.has(key)) loaded.set(key, await loadExplainer(model, method, shape, { options }));
  const start = performance.now();
  await runExplainer(loaded.get(key), input, { options, targets: [target] });
  console.log(JSON.stringify({ ms: performance.now() - start }));
}
