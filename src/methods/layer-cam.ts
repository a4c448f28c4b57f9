import { classActivation } from './class-activation.js';

/** LayerCAM: every element weighted by its gradient where that is positive; fine detail at early layers. Jiang et al. 2021, equations 6 and 7. */
export const layerCam = classActivation({
  name: 'layer-cam',
  summary: 'elements of a layer, weighted by their gradient where it is positive; good at early layers',
  reference: 'Jiang et al. 2021, equations 6 and 7',
  weights: ({ b, layer, gradient }) => b.relu(gradient(layer)),
});
