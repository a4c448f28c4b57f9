/** Photos, preprocessing and pictures of attributions; nothing here needs Node. */
export { type ColormapName, colormap, colormapNames, divergingColormaps } from './colormap.js';
export { blank, magnified, paste, sideBySide } from './compose.js';
export type { Image, Plane } from './image.js';
export { formatNumber, type LegendContent, withLegend } from './legend.js';
export { type Overlay, type OverlayOptions, overlay } from './overlay.js';
export { type PlaneOptions, type Pooling, planeOf } from './pool.js';
export { type InputShape, type Prepared, preprocess } from './preprocess.js';
export { recipeFromPreprocessorConfig } from './preprocessor-config.js';
export { type PresetName, preset, presets } from './presets.js';
export { dimUnseen, project } from './project.js';
export type { CropStep, PadStep, Recipe, ResizeStep, Rounding, Size, Step } from './recipe.js';
export { parseRecipe } from './recipe-file.js';
export { type Filter, filters } from './resampling.js';
export { type Box, type ResizeOptions, resizeImage, resizePlane } from './resize.js';
export { imageOfTensor, type TensorImageOptions } from './tensor-image.js';
export { drawText, fitText, type Rgb, type TextStyle, textWidth } from './text.js';
export { type Extent, seesAll, type View, viewOfAll } from './view.js';
