import { classActivation, overPlaces } from './class-activation.js';

/** Grad-CAM: the layer's channels, each weighted by how much the score rises with it on average. Selvaraju et al. 2017, equations 1 and 2. */
export const gradCam = classActivation({
  name: 'grad-cam',
  summary: 'channels of a layer, weighted by their mean gradient',
  reference: 'Selvaraju et al. 2017, equations 1 and 2',
  weights: ({ b, layer, gradient }) => overPlaces(b, gradient(layer)),
});
