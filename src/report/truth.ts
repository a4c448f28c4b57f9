/** A scene's truth beside its maps: what is where, in colours, and the factors it was made of. */
import { type Image, magnified } from '../image/index.js';
import { type Part, parts, type Scene } from '../scenes/index.js';
import { escaped, pngUri } from './markup.js';

/** Told apart without colour vision too: they differ in lightness. */
const colours: Readonly<Record<Part, readonly [number, number, number]>> = {
  object: [230, 159, 0],
  context: [38, 50, 64],
  tag: [240, 240, 240],
  distractor: [0, 114, 178],
};

/** Which part each pixel shows. */
export function drawTruth({ image, masks }: Scene): Image {
  const data = new Uint8Array(image.data.length);
  for (const part of parts) {
    for (const [i, inside] of masks[part].entries()) if (inside) data.set(colours[part], 3 * i);
  }
  const drawn = { ...image, data };
  return image.width < 256 ? magnified(drawn, Math.ceil(256 / image.width)) : drawn;
}

/** A figure of a page, from `drawTruth`'s PNG. */
export function truthFigure({ caption, factors: { object, context, tag, distractor }, masks }: Scene, png: Uint8Array): string {
  const facts: readonly [Part, string | undefined][] = [
    ['object', object && `${object.colour} ${object.shape}`],
    ['context', `${context.colour} ${context.texture}`],
    ['tag', tag && `${tag.kind}, ${tag.corner}`],
    ['distractor', distractor && `${distractor.colour} ${distractor.shape}`],
  ];
  const rows = facts.map(([part, text]) => {
    const share = masks[part].reduce((sum, inside) => sum + inside, 0) / masks[part].length;
    const swatch = `<span class="swatch" style="background:rgb(${colours[part].join(' ')})"></span>`;
    return `<dt>${swatch}${part}</dt><dd>${text ? `${escaped(text)}, ${(100 * share).toFixed(1)} % of the image` : 'none'}</dd>`;
  });
  return `<figure class="truth">
<img src="${pngUri(png)}" alt="which part is where">
<figcaption><h2>the truth</h2>
<p>${escaped(caption)}</p>
<dl>${rows.join('')}</dl>
</figcaption>
</figure>`;
}

export const truthStyle = `
.truth img { image-rendering: pixelated; }
.swatch { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.4em; border: 1px solid var(--line); }
`;
