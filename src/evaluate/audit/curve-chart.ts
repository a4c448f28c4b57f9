/** Draws curves as SVG text: lines over a share of pixels or layers, with a legend. */
import { escaped } from '../../report/markup.js';

export interface ChartLine {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly colour: string;
  /** Baselines are dashed. */
  readonly dashed?: boolean;
}

export interface ChartOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
}

const WIDTH = 420;
const HEIGHT = 250;
const frame = { left: 48, right: 24, top: 10, bottom: 40 };

/** A chart of lines with x from 0 to 1; y from 0, or below where a value is, to the highest value, both on a round number. */
export function curveChart(lines: readonly ChartLine[], { title, xLabel, yLabel }: ChartOptions): string {
  const ticks = ticksFor(lines.flatMap(({ y }) => y).filter(Number.isFinite));
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const px = (x: number) => frame.left + x * (WIDTH - frame.left - frame.right);
  const py = (y: number) => HEIGHT - frame.bottom - ((y - low) / (high - low)) * (HEIGHT - frame.top - frame.bottom);
  const at = (x: number, y: number) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`;
  const rows = ticks.map(
    (tick) =>
      `<path d="M${at(0, tick)}L${at(1, tick)}" class="grid"/>` +
      `<text x="${px(0) - 6}" y="${(py(tick) + 4).toFixed(1)}" text-anchor="end">${Number(tick.toFixed(3))}</text>`,
  );
  const columns = [0, 0.25, 0.5, 0.75, 1].map(
    (tick) => `<text x="${px(tick).toFixed(1)}" y="${HEIGHT - frame.bottom + 16}" text-anchor="middle">${tick * 100} %</text>`,
  );
  const drawn = lines.map(({ name, x, y, colour, dashed }) => {
    const points = x.map((value, i) => at(value, y[i]!)).join('L');
    const dashes = dashed ? ' stroke-dasharray="5 4"' : '';
    return `<path d="M${points}" fill="none" stroke="${colour}" stroke-width="2"${dashes}><title>${escaped(name)}</title></path>`;
  });
  const middle = py((low + high) / 2).toFixed(1);
  return (
    `<figure class="chart"><figcaption>${escaped(title)}</figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">${[...rows, ...columns, ...drawn].join('')}` +
    `<text x="${px(0.5)}" y="${HEIGHT - 6}" text-anchor="middle">${escaped(xLabel)}</text>` +
    `<text transform="translate(11 ${middle}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text></svg></figure>`
  );
}

/** Round numbers around some values and 0, about five of them. */
function ticksFor(values: readonly number[]): number[] {
  const [low, high] = [Math.min(0, ...values), Math.max(1e-3, ...values)];
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough)!;
  const first = Math.floor(low / step + 1e-9);
  const count = Math.ceil(high / step - 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

const palette = ['#d1495b', '#00798c', '#8f5db7', '#2e7d32', '#b26a00', '#1565c0', '#ad1457', '#4e6b00'];
const greys: Readonly<Record<string, string>> = { random: '#9e9e9e', sobel: '#616161', centre: '#bdbdbd' };

/** One colour a candidate, greys for baselines. */
export function coloursOf(
  candidates: readonly { readonly name: string; readonly kind: 'method' | 'baseline' }[],
): Map<string, string> {
  let next = 0;
  return new Map(
    candidates.map(({ name, kind }) => [
      name,
      kind === 'baseline' ? (greys[name] ?? '#9e9e9e') : palette[next++ % palette.length]!,
    ]),
  );
}
