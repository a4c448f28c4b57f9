/** Draws docs/images/relevance-grid.png: one photo explained by several composites. Run after `npm run build`. */
import sharp from 'sharp';
import { decodeImage, encodePng } from '../../dist/image/node/index.js';
import { defaultModel, drawExplanation, explain, openModel, preprocess } from '../../dist/node.js';

const composites = [
  ['zero', 'zero'],
  [
    'epsilon, 0.25 of the root mean square',
    JSON.stringify({ rules: [{ kind: 'linear', rule: 'epsilon', epsilon: 0.25, scaled: true }] }),
  ],
  ['gamma', 'gamma'],
  ['epsilon-gamma-box', 'epsilon-gamma-box'],
];

const model = await openModel(defaultModel);
const photo = await decodeImage(new URL('../../models/photos/chelsea.png', import.meta.url).pathname);
const { tensor, view } = preprocess(photo, model.recipe, { channels: 3, height: 224, width: 224, layout: 'NCHW' });
const tiles = [];
for (const [title, composite] of composites) {
  const explanation = await explain(model, 'lrp', tensor, { options: { composite } });
  const drawn = await encodePng(drawExplanation(explanation, [{ photo, view }], { labels: model.labels }));
  tiles.push({ title, drawn });
}
const { width, height } = await sharp(tiles[0].drawn).metadata();
const caption = (title) =>
  Buffer.from(
    `<svg width="${width}" height="26"><rect width="100%" height="100%" fill="white"/><text x="8" y="18" font-family="sans-serif" font-size="14">${title}</text></svg>`,
  );
const placed = tiles.flatMap(({ title, drawn }, i) => {
  const [left, top] = [(i % 2) * width, Math.floor(i / 2) * (height + 26)];
  return [
    { input: caption(title), left, top },
    { input: Buffer.from(drawn), left, top: top + 26 },
  ];
});
await sharp({ create: { width: 2 * width, height: 2 * (height + 26), channels: 3, background: 'white' } })
  .composite(placed)
  .png({ palette: true, quality: 90 })
  .toFile(new URL('relevance-grid.png', import.meta.url).pathname);
