/** Turns timm's `pretrained_cfg` into a recipe: the evaluation transform of `timm.data.create_transform`. */
import { fail } from '../errors.js';
import * as field from './json-fields.js';
import type { Recipe, Step } from './recipe.js';
import type { Filter } from './resampling.js';

const interpolations = ['nearest', 'bilinear', 'bicubic', 'box', 'hamming', 'lanczos'] as const satisfies readonly Filter[];

/** @throws UserError for a field whose value is not known, naming both */
export function recipeFromTimmConfig(config: field.JsonObject, name: string): Recipe {
  const [channels, height, width] = field.optional(config, 'input_size', name, field.listOf(field.side, [3])) ?? [3, 224, 224];
  if (channels !== 3 && channels !== 1) fail(`${name}: "input_size" has ${channels} channels; a photo makes one or three`);
  const cropPct = field.optional(config, 'crop_pct', name, field.positive) ?? 0.875;
  const filter = field.optional(config, 'interpolation', name, field.oneOf(interpolations)) ?? 'bicubic';
  const mode = field.optional(config, 'crop_mode', name, field.oneOf(['center', 'squash', 'border'])) ?? 'center';
  const mean = field.optional(config, 'mean', name, field.listOf(field.finite, [1, 3])) ?? [0.485, 0.456, 0.406];
  const std = field.optional(config, 'std', name, field.listOf(field.positive, [1, 3])) ?? [0.229, 0.224, 0.225];
  const input: [number, number] = [height!, width!];
  const scaled: [number, number] = [Math.floor(height! / cropPct), Math.floor(width! / cropPct)];
  const fill = [0, 1, 2].map((c) => Math.round(255 * mean[c % mean.length]!)) as [number, number, number];
  const steps: Record<typeof mode, Step[]> = {
    squash: [
      { resize: 'stretch', size: scaled, filter },
      { crop: 'center', size: input },
    ],
    border: [
      { resize: 'fit', size: scaled, filter, rounding: 'round' },
      { crop: 'center', size: input, value: fill },
    ],
    center: [
      { resize: 'cover', size: scaled, filter, rounding: height === width ? 'floor' : 'round' },
      { crop: 'center', size: input },
    ],
  };
  return {
    name,
    description: `what ${name} (timm) says`,
    input,
    steps: steps[mode],
    channels: channels === 1 ? 'grey' : 'RGB',
    scale: 1 / 255,
    mean,
    std,
  };
}
