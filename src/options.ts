/** Options of methods, declared once: the command line, its help, validation, documents and forms are made from the declaration. */
import { didYouMean, fail } from './errors.js';
import type { FloatArray } from './tensor/tensor.js';

/** An array from a file, under the file's name. */
export interface NamedArray extends FloatArray {
  readonly name?: string;
}

interface Described {
  readonly description: string;
}

export type OptionSpec = Described &
  (
    | { readonly type: 'choice'; readonly choices: readonly string[]; readonly default: string }
    | {
        readonly type: 'number';
        readonly default: number;
        readonly min?: number;
        readonly max?: number;
        readonly integer?: boolean;
      }
    | { readonly type: 'flag'; readonly default: boolean }
    /** Text that its method reads: a name, a list of numbers. */
    | { readonly type: 'text'; readonly default: string }
    /** A number, an array (a .npy file on the command line), or one of some names. */
    | { readonly type: 'array'; readonly names: readonly string[]; readonly default: number | string }
  );

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type OptionValue = string | number | boolean | NamedArray;

type ValueOf<S extends OptionSpec> = S extends { type: 'choice'; choices: readonly (infer C)[] }
  ? C
  : S extends { type: 'text' }
    ? string
    : S extends { type: 'number' }
      ? number
      : S extends { type: 'array'; names: readonly (infer C)[] }
        ? number | C | NamedArray
        : boolean;

export type OptionValues<S extends OptionSpecs> = { readonly [K in keyof S]: ValueOf<S[K]> };

/** Options as given: text from a command line, or values from code. */
export type GivenOptions = Readonly<Record<string, string | number | boolean | NamedArray>>;

/** Options as a record shows them: an array by its name and shape. */
export function shownOptions(values: OptionValues<OptionSpecs>): Record<string, string | number | boolean> {
  const shown = (value: OptionValue) =>
    typeof value === 'object' ? `${value.name ?? 'array'} [${value.shape.join(', ')}]` : value;
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, shown(value)]));
}

/**
 * Checks given options against their declarations and fills in the defaults.
 * @throws UserError for an unknown key or a value out of range, naming both
 */
export function readOptions<S extends OptionSpecs>(owner: string, specs: S, given: GivenOptions): OptionValues<S> {
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(specs, key)) continue;
    const known = Object.keys(specs);
    const list = known.length ? `it has ${known.join(', ')}` : 'it has none';
    fail(`${owner} has no option "${key}"${didYouMean(key, known) || `; ${list}`}`);
  }
  const values = Object.entries(specs).map(([key, spec]) => {
    const value = given[key];
    return [key, value === undefined ? spec.default : readOption(`${owner}: ${key}`, spec, value)];
  });
  return Object.fromEntries(values);
}

/** With several methods, an option goes to those that have it. @throws UserError for one that none has */
export function requireKnown(
  owners: readonly { readonly name: string; readonly options: OptionSpecs }[],
  given: GivenOptions = {},
): void {
  if (owners.length < 2) return;
  const known = owners.flatMap(({ options }) => Object.keys(options));
  for (const key of Object.keys(given)) {
    if (!known.includes(key))
      fail(`none of ${owners.map(({ name }) => name).join(', ')} has an option "${key}"${didYouMean(key, known)}`);
  }
}

function readOption(label: string, spec: OptionSpec, value: OptionValue): OptionValue {
  if (typeof value === 'object') return spec.type === 'array' ? value : fail(`${label} takes no array`);
  const text = String(value);
  switch (spec.type) {
    case 'choice':
      return spec.choices.includes(text) ? text : fail(`${label} cannot be "${text}"; it is one of ${spec.choices.join(', ')}`);
    case 'text':
      return text;
    case 'number':
      return readNumber(label, spec, text);
    case 'array':
      return spec.names.includes(text) ? text : readNumberOrName(label, spec.names, text);
    case 'flag':
      return text === 'true' || text === 'false' ? text === 'true' : fail(`${label} is true or false, not "${text}"`);
  }
}

function readNumberOrName(label: string, names: readonly string[], text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const also = ['a .npy file', ...names].join(', ');
  return Number.isFinite(value) ? value : fail(`${label} is a number, or ${also}, not "${text}"`);
}

function readNumber(label: string, { min, max, integer }: OptionSpec & { type: 'number' }, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) fail(`${label} must be a number, not "${text}"`);
  if (integer && !Number.isInteger(value)) fail(`${label} must be a whole number, not ${text}`);
  if (min !== undefined && value < min) fail(`${label} must be at least ${min}, not ${text}`);
  if (max !== undefined && value > max) fail(`${label} must be at most ${max}, not ${text}`);
  return value;
}
