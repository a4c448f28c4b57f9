/** Draws the pictures of docs/limits.md: npm run build && node docs/images/make-limits.mjs */
import sharp from 'sharp';
import { openModel } from '../../dist/catalog/node/open.js';
import { limitPictures } from '../../dist/evaluate/limits/pictures.js';
import { brokenOnScenes } from '../../dist/evaluate/limits/scene-broken.js';
import { tagOnScenes } from '../../dist/evaluate/limits/scene-tag.js';
import { pixelsOf } from '../../dist/evaluate/model/scorer.js';
import { preprocess } from '../../dist/image/index.js';
import { decodeImage, encodePng } from '../../dist/image/node/index.js';

const TIGER_CAT = 282;
const model = await openModel();
const photo = await decodeImage(new URL('../../models/photos/chelsea.png', import.meta.url).pathname);
const { tensor, canvas } = preprocess(photo, model.recipe, { channels: 3, height: 224, width: 224, layout: 'NCHW' });
const example = { model, image: pixelsOf(tensor, 'NCHW'), target: TIGER_CAT };
const pictures = {
  ...(await limitPictures(model.runtime, example, canvas)),
  'tag-scene': (await tagOnScenes(await openModel('scenes/tag-cnn'))).picture,
  'broken-scene': (await brokenOnScenes(await openModel('scenes/object-cnn'))).picture,
};
for (const [name, image] of Object.entries(pictures)) {
  // Photos are made small enough for a page; scenes and small models keep their pixels.
  const drawn = sharp(await encodePng(image));
  const fitted = name.endsWith('scene') ? drawn : drawn.resize({ width: 480, withoutEnlargement: true });
  await fitted.png({ palette: true, colours: 96, effort: 10 }).toFile(new URL(`limits-${name}.png`, import.meta.url).pathname);
}
