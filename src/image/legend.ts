/** Adds a strip under a picture that says what it shows: class and score, method and layer, and what the colours mean. */
import { type ColormapName, colormap } from './colormap.js';
import { blank, magnified, paste } from './compose.js';
import type { Image } from './image.js';
import { drawText, fitText, type Rgb, textWidth } from './text.js';

export interface LegendContent {
  readonly method: string;
  /** The class that is explained, by name or index. */
  readonly label?: string | undefined;
  /** Its score: a logit, or what `scoreName` says. */
  readonly score?: number | undefined;
  readonly scoreName?: string | undefined;
  readonly layer?: string | undefined;
  readonly colormap?: ColormapName | undefined;
  /** The values at both ends of the colour bar. Without it there is no bar. */
  readonly range?: readonly [low: number, high: number] | undefined;
}

const ink: Rgb = [28, 28, 30];
const faint: Rgb = [110, 110, 116];
const frame: Rgb = [190, 190, 194];

/** Pictures narrower than this are magnified by a whole factor first, so that the text has room. */
const LEAST_WIDTH = 256;

/**
 * The picture with a white strip below it. Text that is too wide ends in an ellipsis; a narrow picture has its colour bar below the text.
 */
export function withLegend(picture: Image, content: LegendContent): Image {
  const shown = picture.width < LEAST_WIDTH ? magnified(picture, Math.ceil(LEAST_WIDTH / picture.width)) : picture;
  const size = Math.max(9, Math.min(36, Math.round(7 + shown.width / 125)));
  const small = Math.max(8, Math.round(size * 0.82));
  const margin = size;
  const inner = shown.width - 2 * margin;
  const hasBar = content.range !== undefined && content.colormap !== undefined;
  const stacked = inner < 30 * size;
  const barWidth = stacked ? inner : Math.min(inner * 0.36, 22 * size);
  const textRoom = hasBar && !stacked ? inner - barWidth - 2 * size : inner;
  const lineGap = Math.round(size * 0.75);
  const textHeight = size + lineGap + small;
  const height = textHeight + 2 * margin + (hasBar && stacked ? textHeight + lineGap : 0);
  const whole = blank(shown.width, shown.height + height);
  paste(shown, whole, 0, 0);
  const top = shown.height + margin;
  drawTitle(whole, content, margin, top, size, small, textRoom);
  const detail = [content.method, content.layer].filter(Boolean).join(' · ');
  drawText(whole, fitText(detail, small, textRoom), margin, top + size + lineGap, { size: small, colour: faint });
  if (hasBar) {
    const left = Math.round(shown.width - margin - barWidth);
    drawBar(whole, content.colormap!, content.range!, {
      left,
      top: stacked ? top + textHeight + lineGap : top,
      width: Math.round(barWidth),
      height: size,
      gap: lineGap,
      small,
    });
  }
  return whole;
}

/** The class in a heavier hand, its score after it, smaller. A long class gives way to the score. */
function drawTitle(
  whole: Image,
  content: LegendContent,
  left: number,
  top: number,
  size: number,
  small: number,
  room: number,
): void {
  const { label, score, scoreName } = content;
  const number = score === undefined ? '' : `${scoreName ? `${scoreName} ` : ''}${formatNumber(score)}`;
  const numberRoom = number ? textWidth(number, small) + size : 0;
  const title = fitText(label ?? content.method, size, room - numberRoom);
  drawText(whole, title, left, top, { size, colour: ink, weight: Math.max(1.5, size * 0.145) });
  if (number) drawText(whole, number, left + textWidth(title, size) + size, top + size - small, { size: small, colour: faint });
}

interface BarPlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly gap: number;
  readonly small: number;
}

function drawBar(whole: Image, name: ColormapName, [low, high]: readonly [number, number], place: BarPlace): void {
  const { left, top, width, height, gap, small } = place;
  const colours = colormap(name);
  paste(blank(width, height, frame), whole, left, top);
  for (let x = 1; x < width - 1; x++) {
    const entry = Math.round(((x - 1) / Math.max(1, width - 3)) * 255) * 3;
    paste(blank(1, height - 2, [colours[entry]!, colours[entry + 1]!, colours[entry + 2]!]), whole, left + x, top + 1);
  }
  const style = { size: small, colour: faint };
  const below = top + height + gap;
  const [start, end] = [formatNumber(low), formatNumber(high)];
  drawText(whole, start, left, below, style);
  drawText(whole, end, left + width - textWidth(end, small), below, style);
  if (low < 0 && high > 0) {
    const zero = left + (width * -low) / (high - low);
    const middle = Math.round(zero - textWidth('0', small) / 2);
    const free = middle > left + textWidth(start, small) + small && middle + 2 * small < left + width - textWidth(end, small);
    if (free) drawText(whole, '0', middle, below, style);
  }
}

/** Three significant digits, or all before the point; powers of ten where the plain form is long. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const magnitude = Math.abs(value);
  const text =
    magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e5)
      ? value.toExponential(1).replace('e+', 'e').replace('.0e', 'e')
      : String(magnitude >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
  return text.replace('-', '−').replace('e-', 'e−');
}
