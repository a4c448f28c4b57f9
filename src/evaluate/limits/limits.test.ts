/** Every number of docs/limits.md is found again. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../catalog/node/open.js';
import { preprocess } from '../../image/index.js';
import { decodeImage } from '../../image/node/index.js';
import { nodeRuntime } from '../../runtime/node/index.js';
import { pixelsOf } from '../model/scorer.js';
import type { Finding } from './finding.js';
import { brokenNetwork, type Case, edgeDetector, marksWithoutEffect } from './photo-limits.js';
import { saturation } from './saturation.js';
import { bothOnScenes } from './scene-both.js';
import { brokenOnScenes } from './scene-broken.js';
import { tagOnScenes, wrongPartOnScenes } from './scene-tag.js';
import { sensitivity } from './sensitivity.js';
import { suppressor } from './suppressor.js';
import { tag } from './tag.js';

const text = readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8');
const sections = text.split(/^## \d+\. /m).slice(1);

/** Label and value of each row of a section's table. */
const tableOf = (section: string): Finding[] =>
  [...section.matchAll(/^\| (.+) \| (-?[\d.]+) \|$/gm)].map(([, label, value]) => ({ label: label!, value: Number(value) }));

/** Rounding of the document, and of other processors. */
const close = (a: number, b: number) => Math.abs(a - b) <= 0.02 + 0.03 * Math.abs(b);

const TIGER_CAT = 282;

async function photo(): Promise<Case> {
  const models = new URL('../../../models/', import.meta.url).pathname;
  const model = await openModel(`${models}efficientnet_lite0.onnx`);
  const image = await decodeImage(`${models}photos/chelsea.png`);
  const { tensor } = preprocess(image, model.recipe, { channels: 3, height: 224, width: 224, layout: 'NCHW' });
  return { model, image: pixelsOf(tensor, 'NCHW'), target: TIGER_CAT };
}

describe('docs/limits.md', async () => {
  const runtime = await nodeRuntime();
  const example = await photo();
  const onScenes = (name: string) => openModel(`scenes/${name}`);
  it.each<[string, number, ...(() => Promise<Finding[]>)[]]>([
    ['saturation', 1, () => saturation(runtime)],
    ['tag', 2, async () => (await tag(runtime)).findings, async () => (await tagOnScenes(await onScenes('tag-cnn'))).findings],
    ['sensitivity', 3, () => sensitivity(runtime)],
    ['suppressor', 4, () => suppressor(runtime), async () => bothOnScenes(await onScenes('both-cnn'))],
    [
      'broken network',
      5,
      async () => (await brokenNetwork(example)).findings,
      async () => (await brokenOnScenes(await onScenes('object-cnn'))).findings,
    ],
    ['edge detector', 6, async () => (await edgeDetector(example)).findings],
    [
      'marks without effect',
      7,
      async () => (await marksWithoutEffect(example)).findings,
      async () => wrongPartOnScenes(await onScenes('tag-cnn')),
    ],
  ])(
    '%s, section %i',
    async (_, section, ...demonstrations) => {
      const stated = tableOf(sections[section - 1]!);
      const found: Finding[] = [];
      for (const demonstrate of demonstrations) found.push(...(await demonstrate()));
      expect(stated.map(({ label }) => label)).toEqual(found.map(({ label }) => label));
      for (const [i, { label, value }] of found.entries()) {
        expect(close(value, stated[i]!.value), `${label}: ${value} found, ${stated[i]!.value} stated`).toBe(true);
      }
    },
    240_000,
  );
});
