/** Reads maps, masks and fixations from files, and finds which belongs to which. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fail } from '../../errors.js';
import { planeOf, resizePlane } from '../../image/index.js';
import { decodeImage } from '../../image/node/index.js';
import { decodeNpy } from '../../tensor/npy.js';
import { type FloatArray, firstNonFinite } from '../../tensor/tensor.js';
import type { Fixation } from '../fixation/fixations.js';
import type { HeatMap } from '../map/heat-map.js';

const mapEndings = ['.npy', '.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff'];
const fixationEndings = ['.json', '.csv', '.txt', '.npy', '.png'];

/**
 * Files of maps: given ones, and those in given folders. A folder that holds arrays is read as arrays only: the pictures beside them are drawings.
 * @throws UserError if there is nothing
 */
export function mapFiles(paths: readonly string[]): string[] {
  const files = paths.flatMap((path) => {
    if (!existsSync(path)) return fail(`there is no file or folder ${path}`);
    if (!statSync(path).isDirectory()) return [path];
    const inside = filesIn(path, mapEndings);
    const arrays = inside.filter((file) => extname(file) === '.npy');
    return arrays.length > 0 ? arrays : inside;
  });
  return files.length > 0 ? files : fail(`there are no maps in ${paths.join(', ')}; maps are ${mapEndings.join(', ')} files`);
}

/** Of the files in a folder of truth, the one for a map: of the same name, or the longest that the map's name goes on from with a dot. */
export interface TruthFolder {
  readonly find: (map: string, name?: string) => { readonly file: string; readonly name: string; readonly rest: string };
}

/** @throws UserError if the folder is not there or holds nothing; `find` if no file belongs to the map */
export function truthFolder(folder: string, kind: 'masks' | 'fixations'): TruthFolder {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) fail(`there is no folder ${folder}`);
  const endings = kind === 'masks' ? mapEndings : fixationEndings;
  const files = filesIn(folder, endings).sort((a, b) => stem(b).length - stem(a).length);
  if (files.length === 0) fail(`there are no ${kind} in ${folder}; they are ${endings.join(', ')} files`);
  const expected = kind === 'masks' ? 'png' : 'json';
  return {
    find: (map, name = stem(map)) => {
      const file =
        files.find((one) => name === stem(one) || name.startsWith(`${stem(one)}.`)) ??
        fail(
          `${map} has no ${kind === 'masks' ? 'mask' : kind} in ${folder}: a file ${name.split('.')[0]}.${expected} is expected there`,
        );
      return { file, name: stem(file), rest: name.slice(stem(file).length + 1) };
    },
  };
}

export const stem = (path: string) => basename(path, extname(path));

function filesIn(folder: string, endings: readonly string[]): string[] {
  return readdirSync(folder)
    .filter((file) => endings.includes(extname(file).toLowerCase()) && !file.startsWith('.'))
    .sort()
    .map((file) => join(folder, file));
}

/**
 * A map from an array [h, w], [1, h, w] or [1, C, H, W] (channels are summed), or from a picture's grey levels.
 * @throws UserError for another shape, several rows, or numbers that are not finite
 */
export async function readMap(path: string): Promise<HeatMap> {
  if (extname(path) !== '.npy') return greyOf(path);
  const { shape, data } = decodeNpy(new Uint8Array(readFileSync(path)), path);
  const array: FloatArray = { shape, data: Float32Array.from(data as ArrayLike<number>, Number) };
  const bad = firstNonFinite(array.data);
  if (bad >= 0) fail(`${path} holds a value that is not finite, at element ${bad}`);
  if (shape.length > 2 && shape[0] !== 1) fail(`${path} has ${shape[0]} rows (shape [${shape}]); save one map a file`);
  return planeOf(array, { layout: shape.length === 4 && shape[3]! <= 4 && shape[1]! > 4 ? 'NHWC' : 'NCHW' });
}

/** A mask: of a picture, what is brighter than the middle grey; of an array, what is not 0. */
export async function readMask(path: string): Promise<HeatMap> {
  const map = await readMap(path);
  const inside = extname(path) === '.npy' ? (value: number) => value !== 0 : (value: number) => value > 127.5;
  return { ...map, data: Uint8Array.from(map.data, (value) => Number(inside(value))) };
}

/** The map at the size of its truth, bilinear between pixel centres. */
export function resizedTo(map: HeatMap, { width, height }: HeatMap): HeatMap {
  return resizePlane({ ...map, data: Float32Array.from(map.data) }, width, height);
}

/**
 * Fixations [row, column]: a JSON list of pairs (or {"fixations": [...]}), lines of two numbers, an array [F, 2], or a picture whose pixels that are not
 * black are fixations.
 * @throws UserError if the file holds something else
 */
export async function readFixations(path: string): Promise<Fixation[]> {
  const ending = extname(path).toLowerCase();
  if (ending === '.png') {
    const { width, data } = await greyOf(path);
    return Array.from(data).flatMap((value, i): Fixation[] => (value > 0 ? [[Math.floor(i / width), i % width]] : []));
  }
  if (ending === '.npy') {
    const { shape, data } = decodeNpy(new Uint8Array(readFileSync(path)), path);
    if (shape.length !== 2 || shape[1] !== 2) fail(`${path} has shape [${shape}]; fixations are [F, 2]: row, column`);
    return Array.from({ length: shape[0]! }, (_, i) => [Number(data[2 * i]), Number(data[2 * i + 1])]);
  }
  const text = readFileSync(path, 'utf8');
  const rows = ending === '.json' ? fromJson(text, path) : fromLines(text);
  return rows.map((row, i) => {
    const [y, x] = row;
    if (typeof y !== 'number' || typeof x !== 'number' || !Number.isFinite(y) || !Number.isFinite(x)) {
      fail(`${path}: fixation ${i} is ${JSON.stringify(row)}, not a pair of numbers [row, column]`);
    }
    return [y, x] as Fixation;
  });
}

function fromJson(text: string, path: string): unknown[][] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return fail(`${path} is not valid JSON: ${(error as Error).message}`);
  }
  const list = Array.isArray(json) ? json : (json as { fixations?: unknown } | null)?.fixations;
  return Array.isArray(list) ? list.map((row) => [row].flat() as unknown[]) : fail(`${path} holds no list of fixations`);
}

/** Lines of two numbers; a first line of names is skipped. */
function fromLines(text: string): unknown[][] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const rows = lines.map((line) =>
    line
      .trim()
      .split(/[\s,;]+/)
      .map(Number),
  );
  return rows[0]?.some(Number.isNaN) ? rows.slice(1) : rows;
}

async function greyOf(path: string): Promise<HeatMap> {
  const { width, height, data } = await decodeImage(path);
  const grey = Float32Array.from({ length: width * height }, (_, i) => (data[3 * i]! + data[3 * i + 1]! + data[3 * i + 2]!) / 3);
  return { width, height, data: grey };
}
