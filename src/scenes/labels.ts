/** Classes of scenes, as the indices that networks trained on them have: of each factor by itself. */
import { type Factors, shapes, tagKinds, textures } from './factors.js';

/** The class of a scene; undefined for scenes that have none of the factor. */
export type SceneLabel = (factors: Factors) => number | undefined;

export const shapeLabel: SceneLabel = ({ object }) => object && shapes.indexOf(object.shape);

export const textureLabel = ({ context }: Factors): number => textures.indexOf(context.texture);

/** Novel tags are no class. */
export const tagLabel: SceneLabel = ({ tag }) => (tag && tag.kind !== 'novel' ? tagKinds.indexOf(tag.kind) : undefined);
