/** Reads a user's own recipe from JSON: the fields of {@link Recipe}, or a named recipe with some of them changed. */
import { fail } from '../errors.js';
import * as field from './json-fields.js';
import { preset } from './presets.js';
import type { CropStep, PadStep, Recipe, ResizeStep, Size, Step } from './recipe.js';
import { filters } from './resampling.js';

const channelOrders = ['RGB', 'BGR', 'grey'] as const;
const roundings = ['floor', 'round'] as const;

/**
 * A recipe from parsed JSON. `"preset": "imagenet"` starts from a named recipe; without it `steps`, `channels`, `scale`, `mean`
 * and `std` are all needed. Example:
 * `{"steps": [{"resize": "cover", "size": 256, "filter": "bicubic"}, {"crop": "center", "size": 224}], "channels": "RGB",
 * "scale": 0.00392156862745098, "mean": [0.5], "std": [0.5]}`
 * @param name what to call it in messages, such as the file's name
 * @throws UserError for an unknown key (with near ones) or a value of the wrong type or range
 */
export function parseRecipe(json: unknown, name: string): Recipe {
  const object = field.objectOf(json, name);
  field.onlyKeys(object, ['preset', 'description', 'input', 'steps', 'channels', 'scale', 'mean', 'std'], name);
  const base = field.optional(object, 'preset', name, field.text);
  const start: Partial<Recipe> = base === undefined ? {} : preset(base);
  const missing = (key: string): never =>
    fail(`${name}: "${key}" is missing; give it, or start from a named recipe with "preset"`);
  const input = field.optional(object, 'input', name, pair) ?? start.input;
  return {
    name,
    description: field.optional(object, 'description', name, field.text) ?? start.description ?? `the recipe ${name}`,
    ...(input && { input }),
    steps: field.optional(object, 'steps', name, steps) ?? start.steps ?? missing('steps'),
    channels: field.optional(object, 'channels', name, field.oneOf(channelOrders)) ?? start.channels ?? missing('channels'),
    scale: field.optional(object, 'scale', name, field.positive) ?? start.scale ?? missing('scale'),
    mean: field.optional(object, 'mean', name, field.listOf(field.finite, [1, 3])) ?? start.mean ?? missing('mean'),
    std: field.optional(object, 'std', name, field.listOf(field.positive, [1, 3])) ?? start.std ?? missing('std'),
  };
}

function pair(value: unknown, where: string): [height: number, width: number] {
  const [height, width = height] = field.listOf(field.side, [1, 2])(value, where);
  return [height!, width!];
}

function steps(value: unknown, where: string): Step[] {
  if (!Array.isArray(value)) fail(`${where} must be a list of steps, not ${field.shown(value)}`);
  return (value as unknown[]).map((element, i) => step(element, `${where} ${i + 1}`));
}

function step(value: unknown, where: string): Step {
  const object = field.objectOf(value, where);
  if ('resize' in object) return resizeStep(object, where);
  if ('crop' in object) return cropStep(object, where);
  if ('pad' in object) return padStep(object, where);
  return fail(`${where} must have one of the keys "resize", "crop" and "pad", not ${field.shown(value)}`);
}

function resizeStep(object: field.JsonObject, where: string): ResizeStep {
  field.onlyKeys(object, ['resize', 'size', 'filter', 'antialias', 'rounding', 'longest'], where);
  return defined({
    resize: field.required(object, 'resize', where, field.oneOf(['stretch', 'cover', 'fit'])),
    size: field.optional(object, 'size', where, size),
    filter: field.required(object, 'filter', where, field.oneOf(filters)),
    antialias: field.optional(object, 'antialias', where, field.flag),
    rounding: field.optional(object, 'rounding', where, field.oneOf(roundings)),
    longest: field.optional(object, 'longest', where, field.side),
  });
}

function cropStep(object: field.JsonObject, where: string): CropStep {
  field.onlyKeys(object, ['crop', 'size', 'rounding', 'value'], where);
  return defined({
    crop: field.required(object, 'crop', where, field.oneOf(['center'])),
    size: field.optional(object, 'size', where, cropSize),
    rounding: field.optional(object, 'rounding', where, field.oneOf(roundings)),
    value: field.optional(object, 'value', where, colour),
  });
}

function padStep(object: field.JsonObject, where: string): PadStep {
  field.onlyKeys(object, ['pad', 'size', 'value'], where);
  return defined({
    pad: field.required(object, 'pad', where, field.oneOf(['center', 'top-left'])),
    size: field.optional(object, 'size', where, size),
    value: field.required(object, 'value', where, colour),
  });
}

function size(value: unknown, where: string): Size {
  if (!field.isObject(value)) return Array.isArray(value) ? pair(value, where) : field.side(value, where);
  field.onlyKeys(value, ['times'], where);
  return { times: field.required(value, 'times', where, field.positive) };
}

function cropSize(value: unknown, where: string): Size | { readonly ofShortSide: number } {
  if (!field.isObject(value) || !('ofShortSide' in value)) return size(value, where);
  field.onlyKeys(value, ['ofShortSide'], where);
  return { ofShortSide: field.required(value, 'ofShortSide', where, field.positive) };
}

function colour(value: unknown, where: string): PadStep['value'] {
  const [red, green, blue] = field.listOf(field.level, [1, 3])(value, where);
  return green === undefined || blue === undefined ? red! : [red!, green, blue];
}

/** The record without its undefined fields. */
function defined<T extends object>(record: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
