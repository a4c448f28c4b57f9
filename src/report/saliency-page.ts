/** A page about one saliency map; pictures and styles are in the file itself. */
import { escaped, pngUri } from './markup.js';
import type { saliencyRecord } from './saliency.js';

/**
 * HTML with nothing to load.
 * @param pictures the photo and the drawn map, as PNG
 */
export function saliencyPage(
  { input, method, attribution, statistics, regions = [], tool }: ReturnType<typeof saliencyRecord>,
  summary: string,
  pictures: { readonly photo: Uint8Array; readonly map: Uint8Array },
): string {
  const { min, max, mean, deviation, largestAt } = statistics;
  const facts: [string, string | number | boolean][] = [
    ...Object.entries(method.options),
    ['size', `${attribution.shape[1]} x ${attribution.shape[0]}`],
    ['range', `${min.toPrecision(4)} to ${max.toPrecision(4)}`],
    ['mean', `${mean.toPrecision(4)}, standard deviation ${deviation.toPrecision(4)}`],
    ['largest at', `column ${largestAt[1]}, row ${largestAt[0]}`],
    ...regions.map(({ box, share }, i): [string, string] => [
      `region ${i + 1}`,
      `${box.width} x ${box.height} at column ${box.x}, row ${box.y}: ${Math.round(100 * share)} % of the saliency`,
    ]),
    ['source', method.reference],
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(input)}: ${escaped(method.name)}</title>
<style>${style}</style>
<h1>${escaped(method.name)}</h1>
<p>${escaped(summary)}</p>
<section>
<img src="${pngUri(pictures.photo)}" alt="${escaped(input)}">
<img src="${pngUri(pictures.map)}" alt="${escaped(method.name)} saliency over the photo">
</section>
<dl>${facts.map(([key, value]) => `<dt>${escaped(key)}</dt><dd>${escaped(String(value))}</dd>`).join('')}</dl>
<footer>${escaped(input)} · sightline ${escaped(tool.version)}</footer>
</html>
`;
}

const style = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1.5rem; }
h1 { margin: 0; font-size: 1.5rem; }
section { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 1.5rem; align-items: start; }
img { width: 100%; background: #fff; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 0.75rem; font-size: 0.9rem; }
dt, footer { color: color-mix(in srgb, currentColor 65%, transparent); } dd { margin: 0; overflow-wrap: anywhere; } footer { font-size: 0.85rem; overflow-wrap: anywhere; }
`;
