/** Scenes side by side in one image, for the grid pointing game: the class of a cell is to be found in that cell. */
import { fail } from '../errors.js';
import { blank, paste } from '../image/compose.js';
import type { Image } from '../image/image.js';
import { shapes, textures } from './factors.js';
import { renderScene, type Scene } from './render.js';
import { factorsNamed } from './twins.js';

export interface Mosaic {
  readonly image: Image;
  /** Row by row. */
  readonly scenes: readonly Scene[];
  readonly columns: number;
}

/**
 * A square grid of scenes with these numbers, row by row.
 * @throws UserError if they are no square number of at least 4
 */
export function mosaic(seeds: readonly number[], { size = 64 }: { readonly size?: number } = {}): Mosaic {
  const columns = Math.round(Math.sqrt(seeds.length));
  if (columns < 2 || columns ** 2 !== seeds.length) fail(`a mosaic has 4, 9, 16 ... scenes, not ${seeds.length}`);
  const scenes = seeds.map((seed) => renderScene(factorsNamed(seed), { size }));
  const image = blank(columns * size, columns * size);
  for (const [i, scene] of scenes.entries()) paste(scene.image, image, (i % columns) * size, Math.floor(i / columns) * size);
  return { image, scenes, columns };
}

/**
 * Numbers from `first` on of as many scenes as a grid has, of which no two share an object's shape (`object`) or a texture (`context`): with 2 columns the
 * grid has each class once.
 */
export function distinctSeeds(first: number, by: 'object' | 'context'): number[] {
  const classes: readonly string[] = by === 'object' ? shapes : textures;
  const found = new Map<string, number>();
  for (let seed = first; found.size < classes.length; seed++) {
    const { object, context } = factorsNamed(seed);
    const name = by === 'object' ? object!.shape : context.texture;
    if (!found.has(name)) found.set(name, seed);
  }
  return [...found.values()];
}
