import { describe, expect, it } from 'vitest';
import { presets } from './presets.js';
import { parseRecipe } from './recipe-file.js';

describe('parseRecipe', () => {
  it('reads back every named recipe from its own JSON', () => {
    for (const { name, ...recipe } of presets) {
      expect(parseRecipe(JSON.parse(JSON.stringify(recipe)), 'mine')).toEqual({ name: 'mine', ...recipe });
    }
  });

  it('changes fields of a named recipe', () => {
    const recipe = parseRecipe({ preset: 'clip', mean: 0.5 }, 'mine');
    expect(recipe.mean).toEqual([0.5]);
    expect(recipe.steps).toEqual(presets.find(({ name }) => name === 'clip')!.steps);
  });

  const full = { steps: [], channels: 'RGB', scale: 1, mean: [0], std: [1] };
  it.each<[unknown, string]>([
    [[], 'r.json must be a JSON object, not []'],
    [{ ...full, meen: 1 }, 'r.json: unknown key "meen"; did you mean "mean"?'],
    [{ ...full, std: undefined }, 'r.json: "std" is missing; give it, or start from a named recipe with "preset"'],
    [{ ...full, std: [0, 1, 1] }, 'r.json: "std" must be a number above 0, not 0'],
    [{ ...full, mean: [0, 1] }, 'r.json: "mean" must have 1 or 3 elements, not [0,1]'],
    [{ ...full, mean: 'x' }, 'r.json: "mean" must be a number, not "x"'],
    [{ ...full, channels: 'rgb' }, 'r.json: "channels" cannot be "rgb"; it is one of RGB, BGR, grey'],
    [{ preset: 'clop' }, 'no preprocessing is called "clop"; did you mean "clip"?'],
    [{ ...full, steps: [{ rezise: 'fit' }] }, 'r.json: "steps" 1 must have one of the keys "resize", "crop" and "pad"'],
    [
      { ...full, steps: [{ resize: 'fit', filter: 'bicubik' }] },
      'r.json: "steps" 1: "filter" cannot be "bicubik"; it is one of nearest',
    ],
    [
      { ...full, steps: [{ crop: 'center', size: -3 }] },
      '"steps" 1: "size" must be a whole number of pixels from 1 to 65536, not -3',
    ],
    [{ ...full, steps: [{ pad: 'center', value: 256 }] }, '"value" must be a whole number from 0 to 255, not 256'],
    [{ ...full, steps: [{ pad: 'center' }] }, 'r.json: "steps" 1: "value" is missing'],
  ])('refuses %j', (json, message) => {
    expect(() => parseRecipe(json, 'r.json')).toThrow(message);
  });
});
