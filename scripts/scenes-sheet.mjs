// Draws docs/images/scenes.png: scenes with their parts, and the twins of one scene.
// npm run build && node scripts/scenes-sheet.mjs [--out docs/images]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { blank, drawText, magnified, paste } from '../dist/image/index.js';
import { encodePng } from '../dist/image/node/index.js';
import { drawTruth } from '../dist/report/truth.js';
import { factorsNamed, renderScene, twinKinds } from '../dist/scenes/index.js';

const { values } = parseArgs({ options: { out: { type: 'string', default: 'docs/images' } } });
const [CELL, GAP, LINE] = [128, 10, 18];
const shown = ['scene:17', 'scene:23', 'scene:16', 'scene:27', 'scene:34'];
const twins = twinKinds.map((kind) => `scene:17/${kind}`);

const pictures = [
  ...shown.map((name) => [magnified(sceneOf(name).image, 2), name]),
  ...shown.map((name) => [halved(drawTruth(sceneOf(name))), 'its parts']),
  [magnified(sceneOf('scene:17').image, 2), 'scene:17'],
  ...twins.map((name) => [magnified(sceneOf(name).image, 2), name.slice('scene:17'.length)]),
];
const rows = Math.ceil(pictures.length / 5);
const sheet = blank(5 * (CELL + GAP) + GAP, rows * (CELL + LINE + GAP) + GAP);
for (const [i, [picture, title]] of pictures.entries()) {
  const left = GAP + (i % 5) * (CELL + GAP);
  const top = GAP + Math.floor(i / 5) * (CELL + LINE + GAP);
  paste(picture, sheet, left, top);
  drawText(sheet, title, left, top + CELL + 4, { size: 10, colour: [60, 60, 64] });
}
const file = join(values.out, 'scenes.png');
writeFileSync(file, await encodePng(sheet));
process.stdout.write(`${file}\n`);

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
