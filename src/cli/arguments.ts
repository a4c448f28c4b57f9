/** How arguments are written: comma lists, key=value pairs, .npy files. */
import { readFileSync } from 'node:fs';
import { fail } from '../errors.js';
import { decodeNpy } from '../tensor/npy.js';
import type { FloatArray, NdArray } from '../tensor/tensor.js';

export function list(text: string): string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
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

/** @throws UserError if there is no such file, or it is no .npy file */
export function readArray(path: string): NdArray {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return fail(code === 'ENOENT' ? `there is no file ${path}` : `${path} cannot be read (${code})`);
  }
  return decodeNpy(bytes, path);
}

/** A model's input as float32. */
export function toFloat({ shape, data }: NdArray, path: string): FloatArray {
  if (data instanceof Float32Array) return { shape, data };
  if (data instanceof Float64Array || data instanceof Uint8Array) return { shape, data: Float32Array.from(data) };
  return fail(`${path} holds ${data.constructor.name.replace('Array', '').toLowerCase()} numbers; a model's input is float32`);
}

/** A setting's text; of a .json file, what it says. */
export function textOrFile(text: string): string {
  if (!text.endsWith('.json')) return text;
  try {
    return readFileSync(text, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return fail(code === 'ENOENT' ? `there is no file ${text}` : `${text} cannot be read (${code})`);
  }
}
