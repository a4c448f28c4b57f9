/** A benchmark's standings as tables in Markdown. */
import type { Estimate } from '../statistics/bootstrap.js';
import type { Standing, Standings } from './benchmark.js';

/** Standings of several models, and what only several together can say. */
export interface Benchmark {
  readonly models: readonly Standings[];
  /** By entry; see `modelContrast`. */
  readonly contrast: ReadonlyMap<string, Estimate>;
}

/** Masses of relevance, a row for each entry and a column for each model, the best on average first. */
export function massTable({ models, contrast }: Benchmark): string {
  const beaten = models.map(bestWithoutModel);
  const header = ['map', ...models.map(({ model, part }) => `${model} (${part})`), 'contrast'];
  const rows = entriesOf(models).map(([entry, kind]) => {
    const cells = models.map(({ standings }, i) => {
      const mass = standings.find((standing) => standing.entry === entry)?.mass;
      return mass ? cell(mass, kind === 'method' && (mass.low ?? 0) > beaten[i]!) : '';
    });
    const difference = contrast.get(entry);
    return [nameOf(entry, kind), ...cells, difference ? cell(difference) : ''];
  });
  const chance = ['*chance*', ...models.map(({ area }) => `*${area.toFixed(3)}*`), '*0*'];
  return table([header, ...rows, chance]);
}

/** The other measures of one model: rank, pointing, grid and time. */
export function detailTable({ standings, area, part }: Standings): string {
  const hasGrid = standings.some(({ grid }) => grid);
  const header = ['map', 'mass', 'rank', 'pointing', ...(hasGrid ? ['grid'] : []), 'n', 'ms'];
  const sorted = [...standings].sort((a, b) => b.mass.mean - a.mass.mean);
  const rows = sorted.map(({ entry, kind, mass, rank, pointing, grid, milliseconds }) => {
    const gridCell = hasGrid ? [grid ? cell(grid) : ''] : [];
    return [nameOf(entry, kind), cell(mass), cell(rank), cell(pointing), ...gridCell, String(mass.n), milliseconds.toFixed(1)];
  });
  const chance = ['*chance*', ...Array.from({ length: 3 }, () => `*${area.toFixed(3)}*`), ...(hasGrid ? ['*0.25*'] : []), '', ''];
  return `What decides is the ${part}.\n\n${table([header, ...rows, chance])}`;
}

/** One line on each model: the best map that asks the model, and the best of those that do not. */
export function leaders({ models }: Benchmark): string {
  return models
    .map(({ model, part, area, standings }) => {
      const best = (kinds: readonly Standing['kind'][]) =>
        standings.filter(({ kind }) => kinds.includes(kind)).sort((a, b) => b.mass.mean - a.mass.mean)[0]!;
      const said = ({ entry, mass }: Standing) => `${entry} ${cell(mass)}`;
      return `- **${model}** looks at the ${part} (${(100 * area).toFixed(1)} % of the image): ${said(best(['method']))}; the best baseline is ${said(best(['baseline']))}, the best map that knows only the image ${said(best(['image']))}.`;
    })
    .join('\n');
}

/** What cannot explain a model, by the reason in its own words. */
export function refusals({ refused }: Standings): string {
  const reasons = [...new Set(refused.map(({ reason }) => reason))];
  const refusedFor = (reason: string) => refused.filter((one) => one.reason === reason).map(({ entry }) => entry);
  const lines = reasons.map((reason) => `- ${refusedFor(reason).join(', ')}: ${reason}`);
  return lines.length ? `Not possible here:\n\n${lines.join('\n')}` : 'All entries can explain this model.';
}

/** The highest bound that a map without the model reaches: what a method has to be above to have said anything. */
function bestWithoutModel({ standings }: Standings): number {
  return Math.max(...standings.filter(({ kind }) => kind !== 'method').map(({ mass }) => mass.high ?? mass.mean));
}

/** All entries, the highest mean gain over chance first, over the models that have them; gains are shares of what is possible. */
export function entriesOf(models: readonly Standings[]): [entry: string, kind: Standing['kind']][] {
  const gains = new Map<string, { kind: Standing['kind']; gains: number[] }>();
  for (const { standings, area } of models) {
    for (const { entry, kind, mass } of standings) {
      const known = gains.get(entry) ?? { kind, gains: [] };
      known.gains.push((mass.mean - area) / (1 - area));
      gains.set(entry, known);
    }
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return [...gains].sort(([, a], [, b]) => mean(b.gains) - mean(a.gains)).map(([entry, { kind }]) => [entry, kind]);
}

const nameOf = (entry: string, kind: Standing['kind']) => (kind === 'method' ? entry : `*${entry}*`);

/** "0.83 ±0.02", the larger half of the 95 % interval. */
function cell({ mean, low = mean, high = mean }: Estimate, isBold = false): string {
  const text = `${mean.toFixed(2)} ±${Math.max(mean - low, high - mean).toFixed(2)}`;
  return isBold ? `**${text}**` : text;
}

function table([header, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header!), line(header!.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
