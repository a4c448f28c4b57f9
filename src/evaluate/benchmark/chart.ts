/** A benchmark as a picture: a dot and its interval for each map on each model, beside chance. */
import { escaped } from '../../report/markup.js';
import type { Standing } from './benchmark.js';
import { type Benchmark, entriesOf } from './tables.js';

const ROW = 15;
const LABELS = 190;
const PANEL = 170;
const GAP = 24;
const TOP = 46;

const colours: Readonly<Record<Standing['kind'], string>> = { method: '#2563eb', image: '#d97706', baseline: '#6b7280' };

/** SVG of its own: one panel for each model, shares from 0 to 1, one row for each entry. */
export function standingsChart({ models }: Pick<Benchmark, 'models'>): string {
  const entries = entriesOf(models);
  const height = TOP + entries.length * ROW + 30;
  const width = LABELS + models.length * (PANEL + GAP);
  const y = (row: number) => TOP + (row + 0.5) * ROW;
  const names = entries.map(
    ([entry, kind], row) =>
      `<text x="${LABELS - 10}" y="${y(row) + 4}" text-anchor="end" fill="${colours[kind]}">${escaped(entry)}</text>`,
  );
  const panels = models.map(({ model, part, area, standings }, i) => {
    const left = LABELS + i * (PANEL + GAP);
    const x = (share: number) => (left + share * PANEL).toFixed(1);
    const dots = entries.map(([entry, kind], row) => {
      const mass = standings.find((standing) => standing.entry === entry)?.mass;
      if (!mass) return '';
      const { mean, low = mean, high = mean } = mass;
      return `<path d="M${x(low)},${y(row)}H${x(high)}" stroke="${colours[kind]}" stroke-width="2"/><circle cx="${x(mean)}" cy="${y(row)}" r="3.4" fill="${colours[kind]}"/>`;
    });
    const grid = [0, 0.5, 1].map(
      (tick) =>
        `<path d="M${x(tick)},${TOP}V${height - 26}" stroke="#e5e7eb"/><text x="${x(tick)}" y="${height - 10}" text-anchor="middle" fill="#6b7280">${tick}</text>`,
    );
    return (
      `<text x="${x(0.5)}" y="18" text-anchor="middle" font-weight="600" fill="#111827">${escaped(model)}</text>` +
      `<text x="${x(0.5)}" y="34" text-anchor="middle" fill="#6b7280">relevance on the ${part}</text>${grid.join('')}` +
      `<path d="M${x(area)},${TOP}V${height - 26}" stroke="#111827" stroke-dasharray="3 3"/>${dots.join('')}`
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="11">` +
    `<title>Share of the relevance on what decides, by map and model; chance is dashed</title>` +
    `<rect width="${width}" height="${height}" fill="#ffffff"/>${names.join('')}${panels.join('')}</svg>\n`
  );
}
