/** What `sightline audit` shows: pictures for its page, answers for the terminal. */
import type { Evidence } from '../evaluate/audit/evidence.js';
import type { AuditPicture } from '../evaluate/audit/report.js';
import type { CandidateVerdicts } from '../evaluate/audit/verdicts.js';
import type { HeatMap, Mask } from '../evaluate/map/heat-map.js';
import type { AuditInput } from '../evaluate/node/audit-inputs.js';
import { type Image, magnified, overlay } from '../image/index.js';
import { encodePng } from '../image/node/index.js';
import { pngUri } from '../report/markup.js';

/** A line of the journal. */
export interface Kept {
  readonly evidence: Evidence;
  readonly url?: string;
}

/** A map over its image, as a data URL. */
export async function drawn(canvas: Image, { width, height, data }: HeatMap): Promise<string> {
  return dataUrl(overlay(canvas, { width, height, data: Float32Array.from(data) }).image);
}

/** The images, what their masks leave of them, and the maps. */
export async function picturesOf(
  inputs: readonly AuditInput[],
  masks: ReadonlyMap<string, Mask>,
  entries: readonly Kept[],
): Promise<AuditPicture[]> {
  const photos: AuditPicture[] = [];
  for (const { name, canvas } of inputs) {
    photos.push({ image: name, candidate: 'the image', url: await dataUrl(canvas) });
    const mask = masks.get(name);
    if (mask) photos.push({ image: name, candidate: 'the mask', url: await dataUrl(outsideDimmed(canvas, mask)) });
  }
  return [...photos, ...entries.flatMap(({ evidence: { image, candidate }, url }) => (url ? [{ image, candidate, url }] : []))];
}

function outsideDimmed({ width, height, data }: Image, mask: Mask): Image {
  const brightness = (i: number) => (mask.data[i] === 0 ? 0.25 : 1);
  return { width, height, data: data.map((level, i) => Math.round(level * brightness(Math.floor(i / 3)))) };
}

/** Side in pixels below which pictures are magnified. */
const SMALLEST = 160;

async function dataUrl(image: Image): Promise<string> {
  const factor = Math.ceil(SMALLEST / Math.max(image.width, image.height));
  return pngUri(await encodePng(factor > 1 ? magnified(image, factor) : image));
}

/** The answers of the methods, one line each. */
export function answersOf(verdicts: readonly CandidateVerdicts[], images: number): string {
  const methods = verdicts.filter(({ kind }) => kind === 'method');
  const blocks = methods.map(({ candidate, verdicts: own, failures, notes }) => {
    const lines = own.map(({ question, answer, words }) => `  ${answer.padEnd(8)}${question}\n          ${words}\n`);
    return `${candidate}\n${notes.map((note) => `  note    ${note}\n`).join('')}${lines.join('')}${failures.map((failure) => `  failed  ${failure}\n`).join('')}`;
  });
  return `${images} image${images === 1 ? '' : 's'}; baselines and all numbers are in the report\n\n${blocks.join('\n')}\n`;
}
