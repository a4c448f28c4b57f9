import { defineMap } from './augmented.js';
import { combineByOption, severalLayers } from './class-activation.js';

import { centredPlaces, principalComponent, signedMap } from './principal-component.js';

/**
 * Eigen-CAM: the layer's first principal component over places. No class, no gradient. Muhammad and Yeasin 2020, equation 6, with
 * the channels' means subtracted as pytorch-grad-cam does.
 */
export const eigenCam = defineMap({
  name: 'eigen-cam',
  summary: "the first principal component of a layer's places; no class, no gradient",
  reference: 'Muhammad, Yeasin 2020, equation 6',
  space: 'layer',
  usesTarget: false,
  options: severalLayers,
  combine: combineByOption,
  plan: ({ b, layer }) => signedMap(b, principalComponent(b, centredPlaces(b, layer)), layer),
});
