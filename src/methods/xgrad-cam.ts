import { classActivation } from './class-activation.js';
import { spatial } from './method.js';

/** XGrad-CAM: each channel's gradients averaged in proportion to its activations. Fu et al. 2020, equation 9. */
export const xgradCam = classActivation({
  name: 'xgrad-cam',
  summary: 'channels of a layer, weighted by their gradient averaged in proportion to the activation',
  reference: 'Fu et al. 2020, equation 9',
  weights: ({ b, layer, gradient }) => {
    const places = spatial(layer);
    return b.div(b.reduceSum(b.mul(gradient(layer), layer), places), b.add(b.reduceSum(layer, places), 1e-7));
  },
});
