/** Classical saliency: maps of what stands out in a picture, without any model. Pure functions; nothing here needs Node. */
export { type Crop, salientCrop } from './crop.js';
export { defineSaliency, type SaliencyMethod, type Show } from './method.js';
export { imageOfPicture, type Picture, pictureFromArray, pictureFromImage } from './picture.js';
export { type RegionOptions, type SalientRegion, salientRegions } from './regions.js';
export { isSaliencyMethod, saliencyMethods, saliencyNamed } from './registry.js';
export { saliency } from './saliency.js';
