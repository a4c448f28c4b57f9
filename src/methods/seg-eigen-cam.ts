import { defineMap } from './augmented.js';
import { combineByOption, severalLayers } from './class-activation.js';

import { centredPlaces, principalComponent, signedMap } from './principal-component.js';
import { scoreByOption, targetScore } from './target-score.js';

/** Seg-Eigen-CAM: the first principal component of the layer's elements times their gradients' magnitude. As pytorch-grad-cam. */
export const segEigenCam = defineMap({
  name: 'seg-eigen-cam',
  summary: "the first principal component of a layer's elements times the magnitude of their gradients",
  reference: 'pytorch-grad-cam, SegEigenCAM',
  space: 'layer',
  options: { ...targetScore, ...severalLayers },
  scoreOf: scoreByOption,
  combine: combineByOption,
  plan: ({ b, layer, gradient }) =>
    signedMap(b, principalComponent(b, centredPlaces(b, b.mul(b.abs(gradient(layer)), layer))), layer),
});
