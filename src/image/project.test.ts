import { describe, expect, it } from 'vitest';
import type { Image, Plane } from './image.js';
import { preprocess } from './preprocess.js';
import { preset } from './presets.js';
import { dimUnseen, project } from './project.js';
import { resizePlane } from './resize.js';
import { seesAll, viewOfAll, windowedView } from './view.js';

const photo: Image = { width: 60, height: 40, data: new Uint8Array(60 * 40 * 3).fill(200) };
const plane = (width: number, height: number, at: (x: number, y: number) => number): Plane => ({
  width,
  height,
  data: Float32Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width))),
});

describe('project', () => {
  it('is a plain resize where the canvas is the photo', () => {
    const map = plane(3, 2, (x, y) => x - 2 * y);
    const out = project(map, viewOfAll(photo));
    const resized = resizePlane(map, 60, 40);
    expect(Math.max(...out.data.map((v, i) => Math.abs(v - resized.data[i]!)))).toBeLessThan(1e-6);
  });

  it.each(['imagenet', 'efficientnet-lite', 'clip', 'yolox', 'yolo', 'unit'])(
    'brings canvas coordinates back to photo coordinates: %s',
    (name) => {
      const { view } = preprocess(photo, preset(name), { height: 32, width: 32, layout: 'NCHW' });
      // A map whose value is the photo's x at each canvas pixel must come back as x, away from the border of what is seen.
      const step = (view.covers.right - view.covers.left) / 32;
      const out = project(
        plane(32, 32, (x) => view.covers.left + (x + 0.5) * step),
        view,
      );
      for (let x = Math.ceil(view.sees.left + step); x < view.sees.right - step - 1; x++) {
        expect(out.data[20 * 60 + x]!).toBeCloseTo(x + 0.5, 3);
      }
    },
  );

  it('is zero where the model did not look', () => {
    const { view } = preprocess(photo, preset('clip'), { height: 16, width: 16, layout: 'NCHW' });
    // Short side 40 becomes 16, 60 becomes 24; the crop keeps the middle 16 of 24: photo columns 10 to 50.
    expect(view.sees).toEqual({ left: 10, top: 0, right: 50, bottom: 40 });
    const out = project(
      plane(4, 4, () => 1),
      view,
    );
    const row = [...out.data.slice(0, 60)];
    expect(row.slice(0, 10)).toEqual(Array(10).fill(0));
    expect(row.slice(10, 50).every((v) => Math.abs(v - 1) < 1e-6)).toBe(true);
    expect(row.slice(50)).toEqual(Array(10).fill(0));
  });

  it('counts every cell where cells are smaller than pixels', () => {
    const tiny: Image = { width: 4, height: 4, data: new Uint8Array(48) };
    const spike = plane(64, 64, (x, y) => (x === 25 && y === 30 ? 1 : 0));
    const out = project(spike, viewOfAll(tiny));
    expect(out.data.reduce((a, b) => a + b)).toBeCloseTo(1 / 256, 5);
  });

  it('ignores padding that hides a part of the photo', () => {
    const cropped = windowedView(viewOfAll(photo), 20, 0, 20, 40);
    const padded = windowedView(cropped, -20, 0, 60, 40);
    expect(padded.covers).toEqual({ left: 0, top: 0, right: 60, bottom: 40 });
    expect(padded.sees).toEqual({ left: 20, top: 0, right: 40, bottom: 40 });
    expect([
      ...project(
        plane(1, 1, () => 3),
        padded,
      ).data.slice(18, 22),
    ]).toEqual([0, 0, 3, 3]);
    expect(seesAll(padded)).toBe(false);
    expect(seesAll(viewOfAll(photo))).toBe(true);
  });
});

describe('dimUnseen', () => {
  it('darkens outside, with the border pixel in proportion', () => {
    const view = { ...viewOfAll(photo), sees: { left: 1.5, top: 0, right: 60, bottom: 40 } };
    const row = dimUnseen(photo, view, 0.5).data.filter((_, i) => i % 3 === 0);
    expect([...row.slice(0, 3)]).toEqual([100, 150, 200]);
  });
});
