import { describe, expect, it } from 'vitest';
import { colormap } from './colormap.js';
import { blank, magnified, paste, sideBySide } from './compose.js';
import { glyphs } from './glyphs.js';
import type { Image } from './image.js';
import { formatNumber, withLegend } from './legend.js';
import { drawText, fitText, textWidth } from './text.js';

const pixel = (image: Image, x: number, y: number): number[] => [
  ...image.data.slice((y * image.width + x) * 3, (y * image.width + x) * 3 + 3),
];

describe('withLegend', () => {
  const photo = blank(600, 40, [10, 20, 30]);
  const content = {
    method: 'grad-cam',
    label: 'tiger cat',
    score: 9.22,
    layer: 'head.act',
    colormap: 'turbo',
    range: [0, 3],
  } as const;

  it('keeps the picture, and draws the colour bar from the lowest colour to the highest', () => {
    const whole = withLegend(photo, content);
    expect(whole.width).toBe(600);
    expect(whole.data.slice(0, photo.data.length)).toEqual(photo.data);
    // Size 12: margin 12, bar of 207 pixels at the right, with a frame of one pixel.
    const [top, right] = [40 + 12 + 6, 600 - 12 - 2];
    expect(pixel(whole, right, top)).toEqual([...colormap('turbo').slice(765)]);
    expect(pixel(whole, right - 204, top)).toEqual([...colormap('turbo').slice(0, 3)]);
    expect(pixel(whole, 0, whole.height - 1)).toEqual([255, 255, 255]);
  });

  it('magnifies small pictures, and puts the bar below the text in narrow ones', () => {
    const small = withLegend(blank(32, 32), content);
    expect(small.width).toBe(256);
    expect(small.height - 256).toBeGreaterThan(withLegend(blank(600, 32), content).height - 32);
    expect(withLegend(blank(600, 32), { method: 'rise' }).width).toBe(600);
  });

  it('lets long names end in an ellipsis', () => {
    const long = withLegend(photo, { ...content, label: 'x'.repeat(400), layer: 'y'.repeat(400) });
    expect([long.width, long.height]).toEqual([600, withLegend(photo, content).height]);
    // Between the text and the bar there is white.
    const gap = 600 - 12 - Math.round(600 * 0.34) - 16;
    for (let y = 40; y < long.height; y++) expect(pixel(long, gap, y)).toEqual([255, 255, 255]);
  });
});

describe('text', () => {
  it('has a glyph for every printable ASCII character', () => {
    for (let code = 33; code < 127; code++) expect(glyphs).toHaveProperty([String.fromCharCode(code)]);
  });

  it.each(Object.entries(glyphs))('%s is well formed and stays in its box', (_, glyph) => {
    const [width, ...strokes] = glyph.split(' ');
    expect(strokes.join(' ')).toMatch(/^[0-9a-i]{2}((\([0-9a-i]{2})?[0-9a-i]{2})+( [0-9a-i]{2}((\([0-9a-i]{2})?[0-9a-i]{2})+)*$/);
    const points = strokes.flatMap((stroke) => stroke.replaceAll('(', '').match(/../g)!);
    for (const point of points)
      expect(Number.parseInt(point[0]!, 36)).toBeLessThanOrEqual(Math.max(1, Number.parseInt(width!, 36)));
  });

  it('draws upright strokes sharp, on whole pixels', () => {
    const picture = blank(20, 20);
    drawText(picture, 'I', 5, 3, { size: 14, colour: [0, 0, 0], weight: 1 });
    expect(pixel(picture, 5, 10)).toEqual([0, 0, 0]);
    expect(pixel(picture, 4, 10)).toEqual([255, 255, 255]);
    expect(pixel(picture, 6, 10)).toEqual([255, 255, 255]);
    expect(pixel(picture, 5, 3)).toEqual([0, 0, 0]);
    expect(pixel(picture, 5, 17)).toEqual([0, 0, 0]);
    expect(pixel(picture, 5, 19)).toEqual([255, 255, 255]);
  });

  it('stays within the width it announces', () => {
    for (const size of [8, 13, 20]) {
      const text = 'Wq@_(g) — Éclair 犬';
      const picture = blank(textWidth(text, size) + 40, size * 2);
      drawText(picture, text, 20, 4, { size, colour: [0, 0, 0], weight: 1 });
      const columns = Array.from({ length: picture.width }, (_, x) => x).filter((x) =>
        Array.from({ length: picture.height }, (_, y) => pixel(picture, x, y)[0]! < 128).some(Boolean),
      );
      expect(Math.min(...columns)).toBeGreaterThanOrEqual(19);
      expect(Math.max(...columns)).toBeLessThanOrEqual(picture.width - 20);
    }
  });

  it('shortens to fit, and cuts off at the border', () => {
    expect(fitText('abc', 10, 1000)).toBe('abc');
    const short = fitText('a long line of text', 10, 60);
    expect(short.endsWith('…')).toBe(true);
    expect(textWidth(short, 10)).toBeLessThanOrEqual(60);
    expect(fitText('abc', 10, 2)).toBe('');
    expect(() => drawText(blank(5, 5), 'wide text', -3, -3, { size: 10, colour: [0, 0, 0] })).not.toThrow();
  });

  it.each([
    [9.2234, '9.22'],
    [0, '0'],
    [-0.02014, '−0.0201'],
    [3.12e-5, '3.1e−5'],
    [1e-7, '1e−7'],
    [12345678, '1.2e7'],
    [1234.5, '1235'],
    [99.96, '100'],
    [Number.NaN, 'NaN'],
  ])('formats %d as %s', (value, text) => expect(formatNumber(value)).toBe(text));
});

describe('compose', () => {
  it('places pictures beside each other with a gap', () => {
    const row = sideBySide([blank(2, 2, [1, 1, 1]), blank(3, 1, [2, 2, 2])], 1);
    expect([row.width, row.height]).toEqual([6, 2]);
    expect([...row.data.filter((_, i) => i % 3 === 0)]).toEqual([1, 1, 255, 2, 2, 2, 1, 1, 255, 255, 255, 255]);
  });

  it('magnifies by repeating pixels, and pastes across borders', () => {
    const two: Image = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    expect([...magnified(two, 2).data]).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
    const onto = blank(2, 1, [0, 0, 0]);
    paste(two, onto, -1, 0);
    paste(two, onto, 5, 5);
    expect([...onto.data]).toEqual([4, 5, 6, 0, 0, 0]);
  });
});
