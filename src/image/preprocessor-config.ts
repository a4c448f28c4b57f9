/** Turns a Hugging Face `preprocessor_config.json` or a timm `config.json` into a recipe. */
import { fail } from '../errors.js';
import * as field from './json-fields.js';
import type { Recipe, Step } from './recipe.js';
import { type Filter, filters } from './resampling.js';
import { recipeFromTimmConfig } from './timm-config.js';

/** Processors for which a bare number as `size` is the shortest edge; for all others it is both sides (their `default_to_square`). */
const byShortestEdge =
  /^(Bit|BridgeTower|ChineseCLIP|CLIP|ConvNext|Detr|ConditionalDetr|DeformableDetr|Levit|Llava\w*|MobileNetV1|MobileNetV2|MobileViT|PoolFormer|VideoMAE|Vilt|Vivit|Yolos)$/i;

/**
 * The recipe of a model repository: `preprocessor_config.json` of transformers (as its processors with the Pillow backend), or
 * timm's `config.json` / `pretrained_cfg`. Fields that have no bearing on classification are ignored.
 * @param name what to call it in messages, such as the file's path
 * @throws UserError for a field whose value is not known, naming both
 */
export function recipeFromPreprocessorConfig(json: unknown, name: string): Recipe {
  const config = field.objectOf(json, name);
  const timm = field.optional(config, 'pretrained_cfg', name, field.objectOf) ?? ('input_size' in config ? config : undefined);
  if (timm) return recipeFromTimmConfig(timm, name);
  const type = (field.optional(config, 'image_processor_type', name, field.text) ??
    field.optional(config, 'feature_extractor_type', name, field.text)) as string | undefined;
  const family = (type ?? '').replace(/(ImageProcessor|FeatureExtractor)(Fast|Pil)?$/, '');
  const steps = [...resizeSteps(config, family, name), ...cropSteps(config, family, name), ...padSteps(config, name)];
  const input = lastFixedSize(steps);
  return {
    name,
    description: `what ${name}${type ? ` (${type})` : ''} says`,
    ...(input && { input }),
    steps,
    channels: field.optional(config, 'do_flip_channel_order', name, field.flag) ? 'BGR' : 'RGB',
    ...values(config, family, name),
  };
}

function resizeSteps(config: field.JsonObject, family: string, name: string): Step[] {
  const given = config.size ?? undefined;
  if (field.optional(config, 'do_resize', name, field.flag) === false || given === undefined) return [];
  const filter = field.optional(config, 'resample', name, pillowFilter) ?? 'bilinear';
  const where = `${name}: "size"`;
  if (!field.isObject(given)) {
    const [height, width] = field.listOf(field.side, [1, 2])(given, where);
    const crops = field.optional(config, 'do_center_crop', name, field.flag) ?? false;
    const edge = width === undefined && (family ? byShortestEdge.test(family) : crops);
    return edge
      ? shortestEdge(config, family, name, height!, filter)
      : [{ resize: 'stretch', size: [height!, width ?? height!], filter }];
  }
  const part = (key: string): number | undefined => field.optional(given, key, where, field.side);
  const [shortest, longest] = [part('shortest_edge'), part('longest_edge')];
  if (shortest !== undefined) return shortestEdge(config, family, name, shortest, filter, longest);
  const [height, width] = [part('height'), part('width')];
  if (height !== undefined && width !== undefined) {
    const pct = family === 'PoolFormer' ? field.optional(config, 'crop_pct', name, field.positive) : undefined;
    return pct === undefined
      ? [{ resize: 'stretch', size: [height, width], filter }]
      : [{ resize: 'cover', size: [Math.floor(height / pct), Math.floor(width / pct)], filter }];
  }
  const [maxHeight, maxWidth] = [part('max_height') ?? longest, part('max_width') ?? longest];
  if (maxHeight !== undefined && maxWidth !== undefined) return [{ resize: 'fit', size: [maxHeight, maxWidth], filter }];
  return fail(
    `${where} cannot be ${field.shown(given)}; it is a number, or has shortest_edge, longest_edge, or height and width`,
  );
}

/** The shortest edge becomes `edge`, with what each family does besides. */
function shortestEdge(
  config: field.JsonObject,
  family: string,
  name: string,
  edge: number,
  filter: Filter,
  longest?: number,
): Step[] {
  const pct = field.optional(config, 'crop_pct', name, field.positive);
  if (/^ConvNext$/i.test(family)) {
    if (edge >= 384) return [{ resize: 'stretch', size: edge, filter }];
    return [
      { resize: 'cover', size: Math.floor(edge / (pct ?? 224 / 256)), filter },
      { crop: 'center', size: edge, rounding: 'floor' },
    ];
  }
  const size = /^Levit$/i.test(family) ? Math.floor((256 / 224) * edge) : pct === undefined ? edge : Math.floor(edge / pct);
  return [{ resize: 'cover', size, filter, ...(longest !== undefined && { longest }) }];
}

function cropSteps(config: field.JsonObject, family: string, name: string): Step[] {
  const wanted = field.optional(config, 'do_center_crop', name, field.flag);
  if (!wanted || /^ConvNext$/i.test(family)) return [];
  const given = config.crop_size ?? config.size;
  const where = `${name}: "crop_size"`;
  if (!field.isObject(given)) {
    const [height, width = height] = field.listOf(field.side, [1, 2])(given, where);
    return [{ crop: 'center', size: [height!, width!], rounding: 'floor' }];
  }
  const edge = field.optional(given, 'shortest_edge', where, field.side);
  const height = edge ?? field.required(given, 'height', where, field.side);
  const width = edge ?? field.required(given, 'width', where, field.side);
  return [{ crop: 'center', size: [height, width], rounding: 'floor' }];
}

/** Without a `pad_size`, transformers pads a batch to its largest picture: nothing for one. It pads with 0 after normalisation, which is the mean. */
function padSteps(config: field.JsonObject, name: string): Step[] {
  if (!field.optional(config, 'do_pad', name, field.flag)) return [];
  const given = field.optional(config, 'pad_size', name, field.objectOf);
  if (given === undefined) return [];
  const where = `${name}: "pad_size"`;
  const mean = (field.optional(config, 'image_mean', name, field.listOf(field.finite, [1, 3])) ?? [0]).map((m) =>
    Math.round(m * 255),
  );
  return [
    {
      pad: 'top-left',
      size: [field.required(given, 'height', where, field.side), field.required(given, 'width', where, field.side)],
      value: [mean[0]!, mean[1] ?? mean[0]!, mean[2] ?? mean[0]!],
    },
  ];
}

/** (level * factor - offset - mean) / std, and for EfficientNet's `include_top` divided by std once more. */
function values(config: field.JsonObject, family: string, name: string): Pick<Recipe, 'scale' | 'mean' | 'std'> {
  const rescales = field.optional(config, 'do_rescale', name, field.flag) ?? true;
  const scale = rescales ? (field.optional(config, 'rescale_factor', name, field.positive) ?? 1 / 255) : 1;
  const offset = rescales && field.optional(config, 'rescale_offset', name, field.flag) ? 1 : 0;
  const mean = field.optional(config, 'image_mean', name, field.listOf(field.finite, [1, 3]));
  const std = field.optional(config, 'image_std', name, field.listOf(field.positive, [1, 3]));
  const normalises = field.optional(config, 'do_normalize', name, field.flag) ?? mean !== undefined;
  if (normalises && !(mean && std))
    fail(`${name}: "do_normalize" is true, but "${mean ? 'image_std' : 'image_mean'}" is missing`);
  const again = family === 'EfficientNet' && (field.optional(config, 'include_top', name, field.flag) ?? false) && std;
  return {
    scale,
    mean: normalises ? mean!.map((m) => m + offset) : [offset],
    std: normalises ? std!.map((s) => (again ? s * s : s)) : again || [1],
  };
}

function pillowFilter(value: unknown, where: string): Filter {
  return (
    filters[typeof value === 'number' ? value : -1] ??
    fail(`${where} cannot be ${field.shown(value)}; it is one of Pillow's filters, 0 to 5`)
  );
}

/** The size that the last step gives, if it is fixed: what to choose where the model leaves its input size open. */
function lastFixedSize(steps: readonly Step[]): [height: number, width: number] | undefined {
  const last = steps.at(-1);
  if (last === undefined || ('resize' in last && last.resize !== 'stretch')) return undefined;
  if (typeof last.size === 'number') return [last.size, last.size];
  return Array.isArray(last.size) ? (last.size as [number, number]) : undefined;
}
