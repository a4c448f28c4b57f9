/** Reads fields of parsed JSON, with messages that name the file, the field and what it holds. */
import { didYouMean, fail } from '../errors.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A value in a message: as JSON, shortened. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(value: unknown, where: string): JsonObject {
  return isObject(value) ? value : fail(`${where} must be a JSON object, not ${shown(value)}`);
}

/** @throws UserError if the object has a key that is not listed */
export function onlyKeys(object: JsonObject, keys: readonly string[], where: string): void {
  for (const key of Object.keys(object)) {
    if (!keys.includes(key)) fail(`${where}: unknown key "${key}"${didYouMean(key, keys) || `; there are ${keys.join(', ')}`}`);
  }
}

/** `null` counts as absent, as in the configurations of transformers. */
export function optional<T>(
  object: JsonObject,
  key: string,
  where: string,
  read: (value: unknown, where: string) => T,
): T | undefined {
  const value = object[key];
  return value === undefined || value === null ? undefined : read(value, `${where}: "${key}"`);
}

export function required<T>(object: JsonObject, key: string, where: string, read: (value: unknown, where: string) => T): T {
  return optional(object, key, where, read) ?? fail(`${where}: "${key}" is missing`);
}

export function text(value: unknown, where: string): string {
  return typeof value === 'string' ? value : fail(`${where} must be a text, not ${shown(value)}`);
}

export function flag(value: unknown, where: string): boolean {
  return typeof value === 'boolean' ? value : fail(`${where} must be true or false, not ${shown(value)}`);
}

export function finite(value: unknown, where: string): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fail(`${where} must be a number, not ${shown(value)}`);
}

export function positive(value: unknown, where: string): number {
  return typeof value === 'number' && value > 0 && value < Infinity
    ? value
    : fail(`${where} must be a number above 0, not ${shown(value)}`);
}

/** A side of a picture. */
export function side(value: unknown, where: string): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 65536
    ? value
    : fail(`${where} must be a whole number of pixels from 1 to 65536, not ${shown(value)}`);
}

/** A grey level. */
export function level(value: unknown, where: string): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255
    ? value
    : fail(`${where} must be a whole number from 0 to 255, not ${shown(value)}`);
}

/** A list, or one element that stands for a list of one. */
export function listOf<T>(read: (value: unknown, where: string) => T, lengths: readonly number[]) {
  return (value: unknown, where: string): T[] => {
    const values = Array.isArray(value) ? value : [value];
    if (!lengths.includes(values.length)) fail(`${where} must have ${lengths.join(' or ')} elements, not ${shown(value)}`);
    return values.map((element) => read(element, where));
  };
}

export function oneOf<const T extends string>(choices: readonly T[]) {
  return (value: unknown, where: string): T =>
    choices.find((choice) => choice === value) ?? fail(`${where} cannot be ${shown(value)}; it is one of ${choices.join(', ')}`);
}
