/** What a benchmark on scenes compares: methods in the variants that people use, maps that know only the image, and baselines. */
import type { ExplainOptions } from '../../explain/explanation.js';
import type { Image } from '../../image/index.js';
import { lrp } from '../../methods/lrp.js';
import { isPlanned, type Method } from '../../methods/method.js';
import { methods } from '../../methods/registry.js';
import { pictureFromImage } from '../../saliency/picture.js';
import { saliencyMethods } from '../../saliency/registry.js';
import { saliency } from '../../saliency/saliency.js';
import { baselines } from '../audit/candidates.js';
import type { Pixels } from '../faithfulness/pixels.js';
import type { HeatMap } from '../map/heat-map.js';

/** A method that asks the model. */
export interface ModelEntry {
  readonly kind: 'method';
  readonly name: string;
  readonly method: Method;
  readonly options: NonNullable<ExplainOptions['options']>;
  /** Whether it runs the model many times a map, so that a benchmark may ask fewer scenes. */
  readonly slow: boolean;
}

/** A map of the image alone, or of nothing at all. */
export interface ImageEntry {
  readonly kind: 'image' | 'baseline';
  readonly name: string;
  readonly map: (image: Image, pixels: Pixels, seed: number) => HeatMap;
}

export type Entry = ModelEntry | ImageEntry;

/** Scenes reach from -1 to 1 at the models' input, which bounded rules have to know. */
const bounds = { low: '-1', high: '1' };

const variants: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  lrp: [
    { composite: 'zero' },
    { composite: 'epsilon' },
    { composite: 'gamma' },
    { composite: 'alpha-beta' },
    { composite: 'epsilon-plus' },
    { composite: 'epsilon-plus-flat' },
    { composite: 'epsilon-gamma-box', ...bounds },
    { composite: 'excitation-backprop' },
    { composite: 'attn-lrp' },
    { composite: 'cp-lrp' },
  ],
  // A quarter of the masks that photos get, for images of a twelfth of their pixels.
  rise: [{ masks: '1000' }],
};

/** Entries of all methods for classifiers; those that need a text, and the random map that is a baseline already, have no place. */
export function sceneEntries(): Entry[] {
  const left = new Set(['textspan', 'chili', 'random-cam']);
  const asked = methods
    .filter(({ name }) => !left.has(name))
    .flatMap((method): ModelEntry[] =>
      (variants[method.name] ?? [{}]).map((options) => ({
        kind: 'method',
        name: options.composite ? `${lrp.name} ${options.composite}` : method.name,
        method,
        options,
        slow: !isPlanned(method),
      })),
    );
  const seen = saliencyMethods.map(
    (method): ImageEntry => ({
      kind: 'image',
      name: method.name,
      map: (image) => saliency(pictureFromImage(image), method, {}),
    }),
  );
  const floor = baselines.map(
    ({ name, map }): ImageEntry => ({
      kind: 'baseline',
      name,
      map: (_, pixels, seed) => map(pixels, seed),
    }),
  );
  return [...asked, ...seen, ...floor];
}
