// Draws docs/images/scenes.png, scenes with their parts and the twins of one scene, and docs/images/scenes-maps.png, what maps say of networks whose truth is known.
// npm run build && node scripts/scenes-sheet.mjs [--out docs/images]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openModel } from '../dist/catalog/node/open.js';
import { readMap } from '../dist/evaluate/audit/candidates.js';
import { sceneEntries } from '../dist/evaluate/benchmark/entries.js';
import { loadAttributor } from '../dist/evaluate/model/attributor.js';
import { pixelsOf } from '../dist/evaluate/model/scorer.js';
import { blank, drawText, magnified, overlay, paste, preprocess } from '../dist/image/index.js';
import { encodePng } from '../dist/image/node/index.js';
import { drawTruth } from '../dist/report/truth.js';
import { factorsNamed, renderScene, twinKinds } from '../dist/scenes/index.js';

const { values } = parseArgs({ options: { out: { type: 'string', default: 'docs/images' } } });
const [CELL, GAP, LINE] = [128, 10, 18];

await write('scenes.png', 5, partsAndTwins());
await write('scenes-maps.png', 8, await mapsOf(['object-cnn', 'context-cnn', 'tag-cnn'], 'scene:27'));

function partsAndTwins() {
  const shown = ['scene:17', 'scene:23', 'scene:16', 'scene:27', 'scene:34'];
  return [
    ...shown.map((name) => [magnified(sceneOf(name).image, 2), name]),
    ...shown.map((name) => [halved(drawTruth(sceneOf(name))), 'its parts']),
    [magnified(sceneOf('scene:17').image, 2), 'scene:17'],
    ...twinKinds.map((kind) => [magnified(sceneOf(`scene:17/${kind}`).image, 2), `/${kind}`]),
  ];
}

/** A row for each network: the scene, then maps over it. */
async function mapsOf(models, name) {
  const scene = sceneOf(name);
  const methods = ['lrp epsilon-gamma-box', 'kernel-shap', 'grad-cam', 'gradient', 'guided-backprop', 'full-grad', 'deconvnet'];
  const entries = methods.map((method) => sceneEntries().find((entry) => entry.name === method));
  const pictures = [];
  for (const network of models) {
    const model = await openModel(`scenes/${network}`);
    const { tensor } = preprocess(scene.image, { ...model.recipe, steps: [] }, { layout: 'NCHW' });
    const pixels = pixelsOf(tensor, 'NCHW');
    pictures.push([magnified(scene.image, 2), network]);
    for (const { name: title, method, options } of entries) {
      const attributor = await loadAttributor(model, method, tensor.shape, { options });
      const { map } = readMap(await attributor.explain(pixels, 'top'), pixels, attributor.layout);
      await attributor.dispose();
      const positive = { ...map, data: Float32Array.from(map.data, (value) => Math.max(value, 0)) };
      pictures.push([
        magnified(overlay(scene.image, positive).image, 2),
        title.replace('lrp epsilon-gamma-box', 'lrp (e-g-box)'),
      ]);
    }
  }
  return pictures;
}

async function write(file, columns, pictures) {
  const rows = Math.ceil(pictures.length / columns);
  const sheet = blank(columns * (CELL + GAP) + GAP, rows * (CELL + LINE + GAP) + GAP);
  for (const [i, [picture, title]] of pictures.entries()) {
    const left = GAP + (i % columns) * (CELL + GAP);
    const top = GAP + Math.floor(i / columns) * (CELL + LINE + GAP);
    paste(picture, sheet, left, top);
    drawText(sheet, title, left, top + CELL + 4, { size: 10, colour: [60, 60, 64] });
  }
  const path = join(values.out, file);
  writeFileSync(path, await encodePng(sheet));
  process.stdout.write(`${path}\n`);
}

function sceneOf(name) {
  const [seed, twin] = name.slice('scene:'.length).split('/');
  return renderScene(factorsNamed(Number(seed), twin));
}

/** Every other pixel: a truth is drawn at four times a scene's size. */
function halved({ width, height, data }) {
  const half = { width: width / 2, height: height / 2, data: new Uint8Array(data.length / 4) };
  for (let i = 0; i < half.width * half.height; i++) {
    const from = 2 * (Math.floor(i / half.width) * width + (i % half.width));
    half.data.set(data.subarray(3 * from, 3 * from + 3), 3 * i);
  }
  return half;
}
