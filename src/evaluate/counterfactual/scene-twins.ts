/** The twins of a scene, as a model reads them: other objects, other contexts, no tag, no distractor. */
import type { Image } from '../../image/index.js';
import { type Part, renderScene, type Scene, type TwinKind, twinOf } from '../../scenes/index.js';
import type { Pixels } from '../faithfulness/pixels.js';
import type { Mask } from '../map/heat-map.js';
import type { Twin } from './twins.js';

/**
 * What changes a part. Object and context give way to others of their kind, for a scene without one is unlike all that a model was trained on; tags and
 * distractors are missing in half of all scenes.
 */
const changes: Readonly<Record<Part, { readonly kind: TwinKind; readonly isDrawn: boolean }>> = {
  object: { kind: 'other-object', isDrawn: true },
  context: { kind: 'other-context', isDrawn: true },
  tag: { kind: 'no-tag', isDrawn: false },
  distractor: { kind: 'no-distractor', isDrawn: false },
};

export interface SceneTwinOptions {
  /** How many other objects and other contexts. */
  readonly draws: number;
  /** How an image becomes the model's input. */
  readonly read: (image: Image) => Pixels;
  /** Where the model's input shows the pixels of a mask of the scene. */
  readonly onInput: (mask: Mask) => Mask;
}

/**
 * Twins for every part that the scene has.
 * @param seed the scene's number; its first twins are those that `scene:17/other-object` names
 */
export function sceneTwins(
  { factors, image: { width, height }, masks }: Scene,
  seed: number,
  { draws, read, onInput }: SceneTwinOptions,
): Twin[] {
  const present = (Object.keys(changes) as Part[]).filter((part) => part === 'context' || factors[part]);
  return present.flatMap((factor) => {
    const { kind, isDrawn } = changes[factor];
    const mask = onInput({ width, height, data: masks[factor] });
    return Array.from({ length: isDrawn ? draws : 1 }, (_, i): Twin => {
      // Knuth's multiplier, so that draws of neighbouring scenes differ.
      const twin = twinOf(factors, kind, (seed + i * 2654435761) >>> 0);
      return { factor, mask, image: read(renderScene(twin, { size: width }).image) };
    });
  });
}
