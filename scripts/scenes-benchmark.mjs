// Holds the maps of all methods against what the models trained on scenes are known to look at, and writes docs/benchmark.md with its chart.
// npm run build && node scripts/scenes-benchmark.mjs [--scenes 500] [--slow 500] [--mosaics 100] [--models a,b] [--out docs] [--keep DIR]
// All of it takes some hours of one core, most of them for methods that run the network hundreds of times a map; --slow asks those about fewer scenes.
// --keep has each model's standings in a file, so that models may be asked one by one, or a run that broke off goes on.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openModel } from '../dist/catalog/node/open.js';
import { benchmark, modelContrast } from '../dist/evaluate/benchmark/benchmark.js';
import { standingsChart } from '../dist/evaluate/benchmark/chart.js';
import { sceneEntries } from '../dist/evaluate/benchmark/entries.js';
import { detailTable, leaders, massTable, refusals } from '../dist/evaluate/benchmark/tables.js';
import { sceneTasks } from '../dist/evaluate/benchmark/tasks.js';
import { nodeRuntime } from '../dist/runtime/node/index.js';

const { values } = parseArgs({
  options: {
    scenes: { type: 'string', default: '500' },
    slow: { type: 'string', default: '500' },
    mosaics: { type: 'string', default: '100' },
    models: { type: 'string' },
    out: { type: 'string', default: 'docs' },
    keep: { type: 'string' },
  },
});
const [scenes, slowScenes, mosaics] = [values.scenes, values.slow, values.mosaics].map(Number);
const tasks = sceneTasks.filter(({ model }) => !values.models || values.models.split(',').includes(model));

const models = [];
for (const task of tasks) models.push(await standingsOf(task));
const named = (name) => models.find(({ model }) => model === name);
const pair = [named('object-cnn'), named('context-cnn')];
const contrast = pair.every(Boolean) ? modelContrast(...pair) : new Map();
const result = { models, contrast };

const text = `# Which maps tell the truth: a benchmark on scenes

Made by \`node scripts/scenes-benchmark.mjs\`; do not edit. What the words mean, and what
follows, stands in [scenes.md](scenes.md).

Each network was trained on scenes so that one part of the image decides, and twins prove that it does (\`models/scenes/*/README.md\`). A map is true as
far as its relevance lies on that part. Every number is a mean over scenes that the network gets right, with half its 95 % bootstrap interval; *n* in the
last tables says over how many. Methods have their usual options, but for RISE, which has 1000 masks.

${leaders(result)}

## Relevance on what decides

Share of the positive relevance that lies on the part that decides. **Bold** is above every map that does not ask the model, interval and all. Entries in
*italics* do not ask it: classical saliency and baselines. *Contrast* is how much more relevance lies on the object where the object decides than where
the context does, on the same scenes: what does not ask the model gets 0.

${massTable(result)}

![Share of the relevance on what decides, by map and model](images/benchmark.svg)

## All measures

*mass* as above; *rank*: share of the strongest pixels, as many as the part has, that lie in it; *pointing*: how often the strongest pixel does;
*grid*: relevance in the right cell of a mosaic of four scenes; *ms*: median time of a map on one thread of the machine that made this page.

${models.map((standings) => `### ${standings.model}\n\n${detailTable(standings)}\n\n${refusals(standings)}`).join('\n\n')}
`;
mkdirSync(join(values.out, 'images'), { recursive: true });
writeFileSync(join(values.out, 'benchmark.md'), text);
writeFileSync(join(values.out, 'images', 'benchmark.svg'), standingsChart(result));
process.stdout.write(`${leaders(result)}\n`);
const page = join(values.out, 'scenes.md');
if (existsSync(page))
  writeFileSync(
    page,
    readFileSync(page, 'utf8').replace(
      /(<!-- models -->\n)[\s\S]*?(<!-- end -->)/,
      (_, before, after) => `${before}${modelTable()}\n${after}`,
    ),
  );

async function standingsOf(task) {
  const kept = values.keep && join(values.keep, `${task.model}.json`);
  if (kept && existsSync(kept))
    return JSON.parse(readFileSync(kept, 'utf8'), (key, value) => (key === 'objectMass' ? new Map(value) : value));
  // Networks as small as these run no faster on two threads than on one.
  const model = await openModel(`scenes/${task.model}`, { runtime: await nodeRuntime({ threads: 1 }) });
  const [, , height] = model.graph.inputs[0].shape;
  const standings = await benchmark(model, task, sceneEntries(), {
    scenes,
    slowScenes,
    mosaics: typeof height === 'number' || task.part === 'tag' ? 0 : mosaics,
    onProgress: (done, total, entry) => process.stderr.write(`${task.model} ${done + 1}/${total} ${entry}\n`),
  });
  if (kept) {
    mkdirSync(values.keep, { recursive: true });
    writeFileSync(
      kept,
      JSON.stringify(standings, (_, value) => (value instanceof Map ? [...value] : value)),
    );
  }
  return standings;
}

/** What twins say of each classifier: what a changed factor takes from the right class's score, and how much it moves it either way. */
function modelTable() {
  const twins = [
    ['other-shape', 'all'],
    ['other-texture', 'all'],
    ['other-tag', 'tagged'],
    ['no-distractor', 'all'],
  ];
  const names = ['object-cnn', 'context-cnn', 'both-cnn', 'tag-cnn', 'object-flatten-cnn', 'object-vit', 'context-vit'];
  const rows = names.map((name) => {
    const { accuracy, effects } = JSON.parse(
      readFileSync(new URL(`../models/scenes/${name}/truth.json`, import.meta.url), 'utf8'),
    );
    const cells = twins.map(([kind, scenes]) => {
      const { mean, meanAbsolute } = effects['score of the true class'][kind][scenes];
      return `${mean.toFixed(2)} (${meanAbsolute.toFixed(2)})`;
    });
    return `| \`${name}\` | ${(100 * accuracy.test).toFixed(1)} % | ${cells.join(' | ')} |`;
  });
  return [
    '| model | test accuracy | another shape | another texture | another tag, where there is one | no distractor |',
    '|---|---:|---:|---:|---:|---:|',
    ...rows,
  ].join('\n');
}
