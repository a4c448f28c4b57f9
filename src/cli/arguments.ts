/** How arguments are written: comma lists, key=value pairs, .npy files. */
import { readFileSync } from 'node:fs';
import { fail } from '../errors.js';
import { decodeNpy } from '../tensor/npy.js';
import { type FloatArray, firstNonFinite, type NdArray } from '../tensor/tensor.js';

export function list(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
}

/** A comma list of something that there must be. @throws UserError for an empty one */
export function listOf(option: string, text: string): string[] {
  const entries = list(text);
  return entries.length ? entries : fail(`${option} names nothing: "${text}"`);
}

/** @throws UserError for what is no number, in the user's own words */
export function numberOf(option: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isNaN(value) ? fail(`${option} takes a number, not "${text}"`) : value;
}

/** @throws UserError for a pair without "=" */
export function keyValues(option: string, pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return at > 0 ? [pair.slice(0, at), pair.slice(at + 1)] : fail(`${option} takes name=value, not "${pair}"`);
    }),
  );
}

/** @throws UserError if there is no such file, or it is a folder, or cannot be read */
function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return fail(`there is no file ${path}`);
    return fail(code === 'EISDIR' ? `${path} is a folder, not a file` : `${path} cannot be read (${code})`);
  }
}

/** The lines of a text file that say something. @throws UserError if it cannot be read */
export function readLines(path: string): string[] {
  return readBytes(path)
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line.trim());
}

/** @throws UserError if there is no such file, or it is no .npy file */
export function readArray(path: string): NdArray {
  return decodeNpy(readBytes(path), path);
}

/** A model's input from a .npy file. @throws UserError if it is not of floats, or holds a NaN or an infinity */
export function readTensor(path: string): FloatArray {
  const tensor = toFloat(readArray(path), path);
  const bad = firstNonFinite(tensor.data);
  return bad < 0 ? tensor : fail(`${path} is not finite: element ${bad} is ${tensor.data[bad]}`);
}

/** A model's input as float32. */
export function toFloat({ shape, data }: NdArray, path: string): FloatArray {
  if (data instanceof Float32Array) return { shape, data };
  if (data instanceof Float64Array || data instanceof Uint8Array) return { shape, data: Float32Array.from(data) };
  return fail(`${path} holds ${data.constructor.name.replace('Array', '').toLowerCase()} numbers; a model's input is float32`);
}

/** A setting's text; of a .json file, what it says. */
export function textOrFile(text: string): string {
  return text.endsWith('.json') ? readBytes(text).toString('utf8') : text;
}
