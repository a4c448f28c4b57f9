/** Runs one test at a time for scripts/node-tests.mjs: its name comes as a message, and what was found goes back. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as ort from 'onnxruntime-node';
import { gradientVerdict } from './gradients.mjs';
import { opener, same } from './values.mjs';

const [folder, dist, withGradients] = process.argv.slice(2);
const library = async (path) => import(pathToFileURL(join(dist, path)).href);
const { decodeModel, encodeModel } = await library('onnx/codec/index.js');
const { simplify } = await library('onnx/simplify.js');
const { upgrade } = await library('onnx/upgrade/index.js');
const { plain } = await library('onnx/plain.js');
const open = await opener(folder, library, ort);

async function run(bytes, feeds) {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 4, intraOpNumThreads: 1, interOpNumThreads: 1 });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** Runs a graph that our code makes; what it throws is the reason. */
async function verdict(make, feeds, before, tolerance) {
  let graph;
  try {
    graph = make();
  } catch (error) {
    return `${error.name === 'UserError' ? 'refused' : 'crashed'}: ${error.message}`;
  }
  try {
    return same(before, await run(encodeModel(graph), feeds), tolerance);
  } catch (error) {
    return `not run: ${error.message.split('\n')[0].slice(0, 200)}`;
  }
}

async function judge(name) {
  const test = open(name);
  const feeds = test.feeds();
  if (typeof feeds === 'string') return { before: `not fed: ${feeds}` };
  let before;
  try {
    before = await run(test.bytes, feeds);
  } catch {
    // What only newer operators can say may run all the same once it is rewritten.
    const wanted = test.expected();
    const after = wanted ? await verdict(() => simplify(upgrade(decodeModel(test.bytes))), feeds, wanted, 2e-3) : 'no';
    if (after !== 'same') return { before: 'not run by ONNX Runtime' };
    return { before: 'run by ONNX Runtime only after simplify', ...(await gradientOf(test, feeds, wanted)) };
  }
  const expected = test.expected();
  if (expected && same(expected, before, 2e-3) !== 'same') return { before: 'run, with another result than expected' };
  const model = () => decodeModel(test.bytes);
  process.send({ stage: 'simplify' });
  const found = { simplify: await verdict(() => simplify(upgrade(model())), feeds, before, 1e-5) };
  process.send({ stage: 'plain' });
  found.plain = await verdict(() => plain(model()).graph, test.floatFeeds(feeds), before, 2e-3);
  return found.plain === 'same' ? { ...found, ...(await gradientOf(test, feeds)) } : found;
}

/** @param wanted what the form that explanations are computed in must give; it is known to give it where this is left out */
async function gradientOf(test, feeds, wanted) {
  if (withGradients !== 'true') return {};
  process.send({ stage: 'gradient' });
  const model = decodeModel(test.bytes);
  if (wanted && (await verdict(() => plain(model).graph, test.floatFeeds(feeds), wanted, 2e-3)) !== 'same') return {};
  return { gradient: await gradientVerdict({ model, feeds: test.floatFeeds(feeds), library, run }) };
}

process.on('message', async (name) =>
  process.send(await judge(name).catch((error) => ({ before: `the judge failed: ${error.message}` }))),
);
