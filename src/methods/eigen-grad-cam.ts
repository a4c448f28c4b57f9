import { defineMap } from './augmented.js';
import { combineByOption, severalLayers } from './class-activation.js';

import { centredPlaces, principalComponent, signedMap } from './principal-component.js';
import { scoreByOption, targetScore } from './target-score.js';

/** Eigen-Grad-CAM: the first principal component of the layer's elements times their gradients. As pytorch-grad-cam. */
export const eigenGradCam = defineMap({
  name: 'eigen-grad-cam',
  summary: "the first principal component of a layer's elements times their gradients",
  reference: 'pytorch-grad-cam, EigenGradCAM',
  space: 'layer',
  options: { ...targetScore, ...severalLayers },
  scoreOf: scoreByOption,
  combine: combineByOption,
  plan: ({ b, layer, gradient }) => signedMap(b, principalComponent(b, centredPlaces(b, b.mul(gradient(layer), layer))), layer),
});
