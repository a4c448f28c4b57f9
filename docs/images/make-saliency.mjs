/** Draws the picture of docs/saliency.md: npm run build && node docs/images/make-saliency.mjs */
import { writeFileSync } from 'node:fs';
import { decodeImage, encodePng } from '../../dist/image/node/index.js';
import { saliencySheet } from '../../dist/report/saliency-sheet.js';
import { pictureFromImage, saliency, saliencyMethods } from '../../dist/saliency/index.js';

const photo = await decodeImage(new URL('../../models/photos/coffee.png', import.meta.url).pathname);
const picture = pictureFromImage(photo);
const grey = new Float32Array(photo.width * photo.height);
for (let i = 0; i < grey.length; i++)
  grey[i] = 0.299 * photo.data[3 * i] + 0.587 * photo.data[3 * i + 1] + 0.114 * photo.data[3 * i + 2];
const maps = [
  { name: 'grey levels of the photo', map: { width: photo.width, height: photo.height, data: grey } },
  ...saliencyMethods.map(({ name }) => ({ name, map: saliency(picture, name) })),
];
writeFileSync(new URL('saliency-methods.png', import.meta.url), await encodePng(saliencySheet(maps)));
