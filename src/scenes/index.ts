/** Images whose right explanation is known, because everything in them was put there. */
export { caption } from './caption.js';
export {
  type Colour,
  type Context,
  type Corner,
  colours,
  corners,
  type Factors,
  type Shape,
  sampleFactors,
  shapes,
  type Tag,
  type TagKind,
  type Texture,
  type Thing,
  tagKinds,
  textures,
} from './factors.js';
export { type SceneLabel, shapeLabel, tagLabel, textureLabel } from './labels.js';
export { distinctSeeds, type Mosaic, mosaic } from './mosaic.js';
export { maskOf, type Part, parts, renderScene, type Scene, sceneNumber } from './render.js';
export { factorsNamed, type TwinKind, twinKinds, twinOf } from './twins.js';
