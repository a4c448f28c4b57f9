/** The part of `sightline explain` that needs no model: classical saliency. */
import { basename, extname } from 'node:path';
import { inputName, openPhoto } from '../catalog/node/photo.js';
import { didYouMean, fail } from '../errors.js';
import { formatNumber } from '../image/index.js';
import { encodePng } from '../image/node/index.js';
import { methods } from '../methods/registry.js';
import { type GivenOptions, readOptions, requireKnown } from '../options.js';
import { drawSaliency, extras, saliencyRecord } from '../report/saliency.js';
import { saliencyPage } from '../report/saliency-page.js';
import { type NamedMap, saliencySheet } from '../report/saliency-sheet.js';
import { imageOfPicture, type Picture, pictureFromArray, pictureFromImage } from '../saliency/picture.js';
import { salientRegions } from '../saliency/regions.js';
import { isSaliencyMethod, saliencyMethods, saliencyNamed } from '../saliency/registry.js';
import { saliency } from '../saliency/saliency.js';
import { encodeNpy } from '../tensor/npy.js';
import { readArray } from './arguments.js';
import type { Format } from './explain-files.js';
import { writeFiles } from './output.js';
import { progressBar } from './progress.js';
import { version } from './version.js';

const everyMethod = [...methods, ...saliencyMethods];

/** All methods there are, with a model and without. */
export const methodNames = everyMethod.map(({ name }) => name);

/**
 * The names that stand for methods without a model, once their options are known to be right. With several methods an option goes to those
 * that have it.
 * @throws UserError for a name that no method has, an option that none has, or a value out of range
 */
export function saliencyAmong(names: readonly string[], given: GivenOptions): string[] {
  const chosen = names.map((name) => {
    const hint = didYouMean(name, methodNames) || `; the methods are ${methodNames.join(', ')}`;
    return everyMethod.find((method) => method.name === name) ?? fail(`there is no method "${name}"${hint}`);
  });
  const modelFree = names.filter(isSaliencyMethod);
  if (modelFree.length === 0) return [];
  readOptions('saliency', extras, pick(given, extras));
  if (names.length > 1) requireKnown([...chosen, { name: 'saliency', options: extras }], given);
  for (const name of modelFree) {
    const { options } = saliencyNamed(name);
    // A single method names what it has; of several, each takes its own.
    const own = names.length > 1 ? pick(given, options) : without(given, extras);
    readOptions(name, options, own);
  }
  return modelFree;
}

const pick = (given: GivenOptions, specs: object): GivenOptions =>
  Object.fromEntries(Object.entries(given).filter(([key]) => Object.hasOwn(specs, key)));

const without = (given: GivenOptions, specs: object): GivenOptions =>
  Object.fromEntries(Object.entries(given).filter(([key]) => !Object.hasOwn(specs, key)));

interface Wanted {
  readonly given: GivenOptions;
  readonly out: string;
  readonly written: readonly Format[];
}

/** Writes the maps of all inputs by all methods, and says so on stdout. Returns the inputs that failed, and why. */
export async function explainBySaliency(
  inputs: readonly string[],
  names: readonly string[],
  wanted: Wanted,
): Promise<[input: string, error: Error][]> {
  const failures: [string, Error][] = [];
  if (names.length === 0) return failures;
  const progress = progressBar(inputs.length * names.length);
  for (const [index, input] of inputs.entries()) {
    try {
      const picture = await readPicture(input);
      for (const [place, name] of names.entries()) {
        progress.update(index * names.length + place, `${basename(input)} ${name}`);
        const text = await explainPicture(picture, input, name, wanted);
        progress.end();
        process.stdout.write(text);
      }
    } catch (error) {
      failures.push([input, error as Error]);
    }
  }
  progress.end();
  return failures;
}

/** Writes the map of one picture by one method. Returns what there is to say. */
async function explainPicture(picture: Picture, input: string, name: string, { given, out, written }: Wanted): Promise<string> {
  const method = saliencyNamed(name);
  const options = pick(given, method.options);
  const { show, boxes } = readOptions('saliency', extras, pick(given, extras));
  const maps: NamedMap[] = [];
  const map = saliency(
    picture,
    method,
    options,
    show === 'all' ? (title, shown) => maps.push({ name: title, map: shown }) : undefined,
  );
  const regions = boxes ? salientRegions(map) : undefined;
  const record = saliencyRecord(map, { method, given: options, regions, input, version: version() });
  const photo = imageOfPicture(picture);
  const drawn = () => encodePng(drawSaliency(photo, map, { method, given: options, regions }));
  const makers: Record<Format, () => Promise<Uint8Array | string>> = {
    png: drawn,
    npy: async () => encodeNpy({ shape: [map.height, map.width], data: map.data }),
    json: async () => `${JSON.stringify(record, null, 2)}\n`,
    html: async () => saliencyPage(record, method.summary, { photo: await encodePng(photo), map: await drawn() }),
  };
  const stem = `${inputName(input)}.${name}`;
  const files: Record<string, Uint8Array | string> = {};
  for (const format of written) files[`${stem}.${format}`] = await makers[format]();
  if (show === 'all') files[`${stem}.maps.png`] = await encodePng(saliencySheet([...maps, { name, map }]));
  const { min, max, largestAt } = record.statistics;
  const [row, column] = largestAt;
  const extent = `${formatNumber(min)} to ${formatNumber(max)}, largest at column ${column}, row ${row}, by ${name}`;
  const paths = writeFiles(out, files).map((path) => `  file      ${path}\n`);
  const lines = (regions ?? []).map(({ box, share }) => {
    return `  region    ${box.width}x${box.height} at column ${box.x}, row ${box.y}: ${(100 * share).toFixed(0)}% of the saliency\n`;
  });
  return `${input}\n  saliency  ${extent}\n${lines.join('')}${paths.join('')}`;
}

async function readPicture(path: string): Promise<Picture> {
  return extname(path) === '.npy' ? pictureFromArray(readArray(path), path) : pictureFromImage((await openPhoto(path)).image);
}
