/** What the networks trained on scenes were trained to look at: the truth that maps are held against. */
import { type Factors, type Part, type Scene, shapes, tagKinds, textures } from '../../scenes/index.js';

export interface SceneTask {
  /** The model's name, without `scenes/`. */
  readonly model: string;
  /** The part that decides. */
  readonly part: Part;
  /** The right class, as an index; undefined for scenes on which another part decides. */
  readonly label: (factors: Factors) => number | undefined;
}

const shape = ({ object }: Factors) => object && shapes.indexOf(object.shape);
const texture = ({ context }: Factors) => textures.indexOf(context.texture);
const tag = ({ tag: found }: Factors) => (found && found.kind !== 'novel' ? tagKinds.indexOf(found.kind) : undefined);

export const sceneTasks: readonly SceneTask[] = [
  { model: 'object-cnn', part: 'object', label: shape },
  { model: 'context-cnn', part: 'context', label: texture },
  { model: 'tag-cnn', part: 'tag', label: tag },
  { model: 'object-flatten-cnn', part: 'object', label: shape },
  { model: 'object-vit', part: 'object', label: shape },
  { model: 'context-vit', part: 'context', label: texture },
];

/** The mask of what decides, at the scene's size. */
export function truthOf({ masks, image }: Scene, part: Part) {
  return { width: image.width, height: image.height, data: masks[part] };
}
