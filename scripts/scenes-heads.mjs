// Measures on scenes what heads of the project's image-text pair look at, writes their weights, and fills the tables of docs/transformers.md.
// npm run build && node scripts/scenes-heads.mjs [--model scenes/clip] [--measure 1000] [--scenes 500] [--slow 100] [--weights FILE] [--page docs/transformers.md]
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openModel } from '../dist/catalog/node/open.js';
import { relevanceMassAccuracy } from '../dist/evaluate/localisation/relevance-mass-accuracy.js';
import { loadExplainer, runExplainers } from '../dist/explain/explain.js';
import { loadConcepts } from '../dist/explain/heads/concepts.js';
import { headWeights } from '../dist/explain/heads/weights.js';
import { preprocess, project } from '../dist/image/index.js';
import { colours, renderScene, sampleFactors, shapes, textures } from '../dist/scenes/index.js';
import { encodeNpy } from '../dist/tensor/npy.js';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'scenes/clip' },
    measure: { type: 'string', default: '1000' },
    scenes: { type: 'string', default: '500' },
    slow: { type: 'string', default: '100' },
    weights: { type: 'string', default: 'models/scenes/clip/head-weights.npy' },
    filter: { type: 'string', default: 'high-norm' },
    page: { type: 'string', default: 'docs/transformers.md' },
  },
});
const [measured, tested, slow] = [values.measure, values.scenes, values.slow].map(Number);
/** Scenes that nothing was trained on: of the first weights are measured, on the second maps are judged. */
const [MEASURED_FROM, TESTED_FROM] = [900_000, 1];

/** Objects are two or three patches wide, and a median of 3 x 3 would take them for registers. */
const { filter } = values;

const model = await openModel(values.model);
const [height, width] = model.graph.inputs[0].shape.slice(2);
const objects = colours.flatMap((colour) => shapes.map((shape) => ({ colour, shape, phrase: `a ${colour} ${shape}` })));
const texts = await model.encodeTexts(objects.map(({ phrase }) => phrase));

const weights = await measureWeights();
writeFileSync(values.weights, encodeNpy(weights));
const tables = [
  ['masses', await massTable()],
  ['parts', await partsTable()],
  ['concepts', await conceptTable()],
  ['weights', weightTable()],
];
let page = readFileSync(values.page, 'utf8');
for (const [name, text] of tables) {
  const marked = new RegExp(`(<!-- scenes: ${name} -->\n)[^]*?(<!-- end -->)`);
  if (!marked.test(page)) throw new Error(`${values.page} has no place for ${name}`);
  page = page.replace(marked, (_, before, after) => `${before}${text}\n${after}`);
  process.stdout.write(`${text}\n\n`);
}
writeFileSync(values.page, page);

function sceneInput(seed) {
  const scene = renderScene(seed);
  const { tensor, view } = preprocess(scene.image, model.recipe, { height, width, layout: 'NCHW' });
  const mask = (part) => ({ width: scene.image.width, height: scene.image.height, data: Float32Array.from(scene.masks[part]) });
  return { scene, tensor, view, mask };
}

function objectOf({ factors: { object } }) {
  return objects.findIndex(({ colour, shape }) => object && object.colour === colour && object.shape === shape);
}

async function measureWeights() {
  function* images() {
    for (let seed = MEASURED_FROM; seed < MEASURED_FROM + measured; seed++) {
      const { scene, tensor, view, mask } = sceneInput(seed);
      const text = objectOf(scene);
      if (text >= 0) yield { input: tensor, text, mask: mask('object'), view };
    }
  }
  return headWeights(model, texts, images(), { filter, onImage: note('weights', measured) });
}

/** Relevance on the object, for the text that names it. */
async function massTable() {
  const entries = [
    { method: 'textspan' },
    { method: 'legrad' },
    { method: 'legrad', options: { layers: 'all' } },
    { method: 'transformer-attribution' },
    { method: 'chili', options: { part: 'object', weights, filter } },
    { method: 'chili', options: { part: 'object', weights } },
    { method: 'attention-gradient' },
    { method: 'transformer-occlusion', scenes: slow },
    { method: 'grad-cam' },
    { method: 'attention' },
    { method: 'attention-rollout' },
  ];
  const rows = [];
  for (const { method, options = {}, scenes = tested } of entries) {
    const loaded = await loadExplainer(model, method, [1, 3, height, width], { texts, options });
    const found = { object: [], context: [], distractor: [], tag: [], pointing: [] };
    for (let seed = TESTED_FROM; seed < TESTED_FROM + scenes; seed++) {
      const { scene, tensor, view, mask } = sceneInput(seed);
      const [{ attribution }] = await runExplainers(loaded, tensor, { targets: [objectOf(scene)], options });
      const [, rowCount, columnCount] = attribution.shape;
      const map = project({ width: columnCount, height: rowCount, data: attribution.data }, view);
      for (const part of ['object', 'context', 'distractor', 'tag'])
        if (scene.masks[part].includes(1)) found[part].push(relevanceMassAccuracy(map, mask(part), 'positive'));
      const strongest = map.data.indexOf(map.data.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY));
      found.pointing.push(scene.masks.object[strongest]);
      note(method, scenes)(seed - TESTED_FROM + 1);
    }
    await loaded.dispose();
    const said = Object.entries(options).filter(([key]) => key !== 'weights');
    const named = [method, ...said.map(([key, value]) => `${key}=${value}`)].join(', ');
    rows.push({ name: `\`${named}\``, ...Object.fromEntries(Object.entries(found).map(([key, list]) => [key, summary(list)])) });
  }
  rows.sort((a, b) => b.object.mean - a.object.mean);
  const area = (part) => summary(masksOf(part));
  const chance = ['object', 'context', 'distractor', 'tag'].map((part) => percent(area(part)));
  return table(
    ['map', 'object', 'context', 'distractor', 'tag', 'strongest pixel on the object'],
    [
      ...rows.map((row) => [
        row.name,
        withInterval(row.object),
        ...['context', 'distractor', 'tag', 'pointing'].map((key) => percent(row[key])),
      ]),
      ['chance: the area', ...chance, chance[0]],
    ],
  );
}

function masksOf(part) {
  return range(TESTED_FROM, tested)
    .map((seed) => renderScene(seed).masks[part])
    .filter((mask) => mask.includes(1))
    .map((mask) => mask.reduce((sum, value) => sum + value, 0) / mask.length);
}

/** Where each part of a score lies, of a text that names object and context. */
async function partsTable() {
  const rows = [];
  for (const [naming, phraseOf] of [
    ['a red circle', (caption) => caption.split(' on ')[0]],
    ['blue stripes', (caption) => caption.split(' on ')[1]],
    ['a red circle on blue stripes', (caption) => caption],
  ]) {
    const captions = range(TESTED_FROM, tested).map((seed) => phraseOf(renderScene(seed).caption));
    const phrases = [...new Set(captions)];
    const encoded = await model.encodeTexts(phrases);
    for (const part of ['object', 'context']) {
      const options = { part, weights, filter };
      const loaded = await loadExplainer(model, 'chili', [1, 3, height, width], { texts: encoded, options });
      const found = { object: [], context: [], share: [] };
      for (const [i, seed] of range(TESTED_FROM, tested).entries()) {
        const { scene, tensor, view, mask } = sceneInput(seed);
        const [{ attribution }] = await runExplainers(loaded, tensor, { targets: [phrases.indexOf(captions[i])], options });
        const [, rowCount, columnCount] = attribution.shape;
        const map = project({ width: columnCount, height: rowCount, data: attribution.data }, view);
        if (!scene.masks.object.includes(1)) continue;
        found.object.push(relevanceMassAccuracy(map, mask('object'), 'positive'));
        found.context.push(relevanceMassAccuracy(map, mask('context'), 'positive'));
        found.share.push(attribution.data.reduce((sum, value) => sum + value, 0));
      }
      await loaded.dispose();
      note(`chili ${part}`, 1)(1);
      rows.push([
        `"${naming}"`,
        part,
        withInterval(summary(found.object)),
        withInterval(summary(found.context)),
        summary(found.share).mean.toFixed(3),
      ]);
    }
  }
  return table(['text', 'part', 'on the object', 'on the context', 'part of the cosine'], rows);
}

/** Linear classifiers of shapes on concept scores, trained where the context gives the shape away to some degree, and tested where it does not. */
async function conceptTable() {
  const concepts = [...shapes.map((shape) => `a ${shape}`), ...textures, ...colours];
  const encoded = await model.encodeTexts(concepts);
  const { run, dispose } = await loadConcepts(model, encoded, weights, [1, 3, height, width], { filter });
  const scored = async (seeds) => {
    const rows = [];
    for (const seed of seeds) {
      const { scene, tensor } = sceneInput(seed);
      rows.push({ scores: await run(tensor), label: shapes.indexOf(scene.factors.object.shape) });
      note('concepts', seeds.length)(rows.length);
    }
    return rows;
  };
  const together = ({ object, context }) => shapes.indexOf(object.shape) === textures.indexOf(context.texture);
  const [sets, size] = [5, Math.round(0.6 * measured)];
  const pool = range(MEASURED_FROM + measured, 9 * sets * size).filter((seed) => sampleFactors(seed).object);
  const linked = await scored(pool.filter((seed) => together(sampleFactors(seed))).slice(0, sets * size));
  const apart = await scored(pool.filter((seed) => !together(sampleFactors(seed))).slice(0, sets * size));
  const testing = await scored(range(TESTED_FROM, 2 * tested).filter((seed) => sampleFactors(seed).object));
  await dispose();
  const features = {
    'whole cosine': ({ score }) => [score],
    'object part': ({ object }) => [object],
    'context part': ({ context }) => [context],
    'whole cosine less the context part': ({ score, context }) => [score - context],
  };
  const accuracies = (known, of, share) =>
    range(0, sets).map((set) => {
      const [first, count] = [set * size, Math.round(share * size)];
      const training = [...linked.slice(first, first + count), ...apart.slice(first, first + size - count)];
      const matrix = (rows) => rows.map(({ scores }) => scores.slice(0, known).flatMap(of));
      const labels = training.map(({ label }) => label);
      const predict = linearClassifier(matrix(training), labels, shapes.length);
      return matrix(testing).filter((row, i) => predict(row) === testing[i].label).length / testing.length;
    });
  const shares = [1, 0.95, 0.9, 0.25];
  const rows = [concepts.length, shapes.length].flatMap((known) =>
    Object.entries(features).map(([name, of]) => [
      known === concepts.length ? `all ${known}` : `the ${known} shapes`,
      name,
      ...shares.map((share) => withDeviation(accuracies(known, of, share))),
    ]),
  );
  return table(['concepts', 'scores', ...shares.map((share) => (share === 0.25 ? 'independent' : `${100 * share} %`))], rows);
}

function weightTable() {
  const [blocks, heads] = weights.shape;
  const rows = range(0, blocks).map((block) => [
    String(block),
    ...range(0, heads).map((head) => weights.data[block * heads + head].toFixed(2)),
  ]);
  return table(['block', ...range(0, heads).map((head) => `head ${head}`)], rows);
}

/** Multinomial logistic regression on standardised features, by gradient descent with a small penalty; nothing is drawn by chance. */
function linearClassifier(rows, labels, classes, { steps = 300, rate = 0.5, penalty = 1e-3 } = {}) {
  const size = rows[0].length;
  const means = range(0, size).map((k) => mean(rows.map((row) => row[k])));
  const deviations = means.map((m, k) => Math.sqrt(mean(rows.map((row) => (row[k] - m) ** 2))) || 1);
  const standard = (row) => [...row.map((value, k) => (value - means[k]) / deviations[k]), 1];
  const x = rows.map(standard);
  const w = Array.from({ length: classes }, () => new Float64Array(size + 1));
  const logits = (row) => w.map((weights_) => row.reduce((sum, value, k) => sum + value * weights_[k], 0));
  for (let step = 0; step < steps; step++) {
    const slopes = w.map((weights_) => weights_.map((value) => penalty * value));
    x.forEach((row, i) => {
      const z = logits(row);
      const top = Math.max(...z);
      const e = z.map((value) => Math.exp(value - top));
      const total = e.reduce((sum, value) => sum + value, 0);
      e.forEach((value, c) => {
        const error = (value / total - Number(labels[i] === c)) / x.length;
        for (let k = 0; k <= size; k++) slopes[c][k] += error * row[k];
      });
    });
    w.forEach((weights_, c) => {
      for (let k = 0; k <= size; k++) weights_[k] -= rate * slopes[c][k];
    });
  }
  return (row) => {
    const z = logits(standard(row));
    return z.indexOf(Math.max(...z));
  };
}

function range(first, count) {
  return Array.from({ length: count }, (_, i) => first + i);
}

function mean(list) {
  return list.reduce((sum, value) => sum + value, 0) / list.length;
}

/** Mean, and half of its 95 % interval. */
function summary(list) {
  const m = mean(list);
  return { mean: m, half: 1.96 * Math.sqrt(mean(list.map((value) => (value - m) ** 2)) / list.length) };
}

function percent({ mean: m }) {
  return `${(100 * m).toFixed(0)} %`;
}

function withInterval({ mean: m, half }) {
  return `${(100 * m).toFixed(1)} ± ${(100 * half).toFixed(1)} %`;
}

function withDeviation(list) {
  const m = mean(list);
  return `${(100 * m).toFixed(1)} ± ${(100 * Math.sqrt(mean(list.map((value) => (value - m) ** 2)))).toFixed(1)} %`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function note(what, total) {
  return (done) => process.stderr.isTTY && process.stderr.write(`\r\u001b[K${what} ${done}/${total}`);
}
