/** What the networks trained on scenes were trained to look at: the truth that maps are held against. */
import { type Part, type SceneLabel, shapeLabel, tagLabel, textureLabel } from '../../scenes/index.js';

export interface SceneTask {
  /** The model's name, without `scenes/`. */
  readonly model: string;
  /** The part that decides. */
  readonly part: Part;
  /** The right class, as an index; undefined for scenes on which another part decides. */
  readonly label: SceneLabel;
}

export const sceneTasks: readonly SceneTask[] = [
  { model: 'object-cnn', part: 'object', label: shapeLabel },
  { model: 'context-cnn', part: 'context', label: textureLabel },
  { model: 'tag-cnn', part: 'tag', label: tagLabel },
  { model: 'object-flatten-cnn', part: 'object', label: shapeLabel },
  { model: 'object-vit', part: 'object', label: shapeLabel },
  { model: 'context-vit', part: 'context', label: textureLabel },
];
