/** Draws the pictures of docs/limits.md: npm run build && node docs/images/make-limits.mjs */
import { writeFileSync } from 'node:fs';
import { openModel } from '../../dist/catalog/node/open.js';
import { limitPictures } from '../../dist/evaluate/limits/pictures.js';
import { pixelsOf } from '../../dist/evaluate/model/scorer.js';
import { preprocess } from '../../dist/image/index.js';
import { decodeImage, encodePng } from '../../dist/image/node/index.js';

const TIGER_CAT = 282;
const model = await openModel();
const photo = await decodeImage(new URL('../../models/photos/chelsea.png', import.meta.url).pathname);
const { tensor, canvas } = preprocess(photo, model.recipe, { channels: 3, height: 224, width: 224, layout: 'NCHW' });
const example = { model, image: pixelsOf(tensor, 'NCHW'), target: TIGER_CAT };
for (const [name, image] of Object.entries(await limitPictures(model.runtime, example, canvas))) {
  writeFileSync(new URL(`limits-${name}.png`, import.meta.url), await encodePng(image));
}
