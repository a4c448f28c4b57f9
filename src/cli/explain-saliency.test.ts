import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodePng } from '../image/node/index.js';
import { decodeNpy, encodeNpy } from '../tensor/npy.js';
import { explainBySaliency, saliencyAmong } from './explain-saliency.js';

let folder: string;
let said = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sightline-'));
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => ((i * 7919) % 251) / 4 + (i > 1500 && i < 1560 ? 150 : 0));
  writeFileSync(join(folder, 'photo.png'), await encodePng({ width: 40, height: 30, data }));
  writeFileSync(
    join(folder, 'grey.npy'),
    encodeNpy({ shape: [6, 8], data: Float32Array.from({ length: 48 }, (_, i) => i / 48) }),
  );
  writeFileSync(join(folder, 'broken.png'), 'no picture');
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('explain without a model', () => {
  it('writes every format of every method, for photos and arrays', async () => {
    const inputs = ['photo.png', 'grey.npy'].map((name) => join(folder, name));
    const out = join(folder, 'out');
    const written = ['png', 'npy', 'json', 'html'] as const;
    const failures = await explainBySaliency(inputs, ['itti', 'local-entropy'], { given: { radius: '2' }, out, written });
    expect(failures).toEqual([]);
    expect(readdirSync(out)).toHaveLength(16);
    const { shape } = decodeNpy(readFileSync(join(out, 'grey.local-entropy.npy')));
    expect(shape).toEqual([6, 8]);
    const record = JSON.parse(readFileSync(join(out, 'photo.local-entropy.json'), 'utf8'));
    expect(record).toMatchObject({ model: null, method: { name: 'local-entropy', options: { radius: 2 } } });
    expect(said).toMatch(/saliency .* by local-entropy\n {2}file .*photo.local-entropy.png/);
  });

  it('shows intermediate maps and ranked boxes where they are asked for', async () => {
    const given = { show: 'all', boxes: 'true' };
    await explainBySaliency([join(folder, 'photo.png')], ['spectral-residual'], { given, out: folder, written: ['json'] });
    expect(readdirSync(folder)).toContain('photo.spectral-residual.maps.png');
    const { regions } = JSON.parse(readFileSync(join(folder, 'photo.spectral-residual.json'), 'utf8'));
    expect(regions[0].box.width).toBeGreaterThan(0);
    expect(said).toContain('region ');
  });

  it('goes on behind an input that fails', async () => {
    const inputs = ['broken.png', 'photo.png'].map((name) => join(folder, name));
    const failures = await explainBySaliency(inputs, ['center-prior'], { given: {}, out: folder, written: ['npy'] });
    expect(failures.map(([input]) => input)).toEqual([inputs[0]]);
    expect(readdirSync(folder)).toContain('photo.center-prior.npy');
    expect(readdirSync(folder)).not.toContain('broken.center-prior.npy');
  });
});

describe('methods without a model', () => {
  it('are told from those with one', () => {
    expect(saliencyAmong(['grad-cam', 'itti', 'gbvs'], {})).toEqual(['itti', 'gbvs']);
    expect(saliencyAmong(['grad-cam'], { whatever: 1 })).toEqual([]);
  });

  it.each<[string[], Record<string, string>, RegExp]>([
    [['itty'], {}, /no method "itty"; did you mean "itti"/],
    [['grad-cm'], {}, /did you mean "grad-cam"/],
    [['itti'], { variant: 'nosuch' }, /variant cannot be "nosuch"/],
    [['fine-grained'], { radios: '3' }, /fine-grained has no option "radios"/],
    [['itti', 'local-entropy'], { radios: '3' }, /none of .* has an option "radios"; did you mean "radius"/],
    [['itti', 'local-entropy'], { radius: '0' }, /radius must be at least 1/],
    [['itti'], { show: 'some' }, /show cannot be "some"/],
  ])('%j with %j is refused', (names, given, message) => {
    expect(() => saliencyAmong(names, given)).toThrow(message);
  });

  it('take their own options of a list', () => {
    expect(saliencyAmong(['itti', 'local-entropy'], { radius: '3', variant: 'walther', boxes: 'true' })).toEqual([
      'itti',
      'local-entropy',
    ]);
  });
});
