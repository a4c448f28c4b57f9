import { describe, expect, it } from 'vitest';
import { blank, type Plane } from '../image/index.js';
import { saliencyNamed } from '../saliency/registry.js';
import { drawSaliency, saliencyRecord, statisticsOf } from './saliency.js';
import { saliencyPage } from './saliency-page.js';
import { saliencySheet } from './saliency-sheet.js';

const map: Plane = { width: 300, height: 40, data: new Float32Array(12000) };
map.data.fill(1, 6000, 6300);
map.data[9000] = 3;

it('statistics of a map', () => {
  const { min, max, mean, deviation, largestAt } = statisticsOf(map);
  expect([min, max, largestAt]).toEqual([0, 3, [30, 0]]);
  expect(mean).toBeCloseTo(303 / 12000, 9);
  expect(deviation).toBeCloseTo(Math.sqrt(309 / 12000 - (303 / 12000) ** 2), 9);
});

describe('the picture', () => {
  const photo = blank(300, 40, [90, 120, 150]);

  it('keeps the photo where there is nothing, and one strong pixel does not dim the rest', () => {
    const { data, width, height } = drawSaliency(photo, map, { method: saliencyNamed('fine-grained') });
    expect(width).toBe(300);
    expect(height).toBeGreaterThan(60);
    expect([...data.subarray(0, 3)]).toEqual([90, 120, 150]);
    const bright = 20 * 300 * 3 + 300;
    expect(data[bright]! + data[bright + 1]!).toBeGreaterThan(400);
  });

  it('shows boxes', () => {
    const region = { box: { x: 50, y: 10, width: 20, height: 12 }, center: { x: 60, y: 16 }, score: 1, share: 1, area: 200 };
    const { data } = drawSaliency(photo, map, { method: saliencyNamed('gbvs'), regions: [region] });
    expect([...data.subarray((10 * 300 + 50) * 3, (10 * 300 + 50) * 3 + 3)]).toEqual([120, 255, 180]);
    expect([...data.subarray((9 * 300 + 49) * 3, (9 * 300 + 49) * 3 + 3)]).toEqual([20, 20, 20]);
  });
});

describe('the record', () => {
  const context = { method: saliencyNamed('local-entropy'), given: { radius: '3' }, input: 'a.png', version: '1.0.0' };

  it('has all options, defaults too, and regions where they are wanted', () => {
    const record = saliencyRecord(map, context);
    expect(record).toMatchObject({ model: null, input: 'a.png', method: { name: 'local-entropy', options: { radius: 3 } } });
    expect(record.attribution).toEqual({ shape: [40, 300], dtype: 'float32', space: 'image' });
    expect('regions' in record).toBe(false);
    expect(saliencyRecord(map, { ...context, regions: [] })).toMatchObject({ regions: [] });
  });

  it('makes a page with nothing to load, and no markup from names', () => {
    const page = saliencyPage(saliencyRecord(map, { ...context, input: '<b>.png' }), 'a < b', {
      photo: Uint8Array.of(1, 2, 3),
      map: Uint8Array.of(4),
    });
    expect(page).toContain('data:image/png;base64,AQID');
    expect(page).toContain('&lt;b&gt;.png');
    expect(page).not.toContain('<b>');
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
  });
});

it('the sheet has all maps, each from dark to bright', () => {
  const flat = { width: 5, height: 5, data: new Float32Array(25) };
  const ramp = { width: 2, height: 1, data: Float32Array.of(-4, 9) };
  const sheet = saliencySheet([
    { name: 'ramp', map: ramp },
    { name: 'flat', map: flat },
    { name: 'large', map },
  ]);
  const at = (x: number, y: number) => [...sheet.data.subarray((y * sheet.width + x) * 3, (y * sheet.width + x) * 3 + 3)];
  expect(sheet.width).toBe(12 + 2 * 232);
  expect(at(20, 20)).toEqual([0, 0, 4]);
  expect(at(200, 20)).toEqual([252, 255, 164]);
  expect(at(260, 20)).toEqual([0, 0, 4]);
});
