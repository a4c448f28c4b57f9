import { classActivation } from './class-activation.js';

/** HiResCAM: every element of the layer times its own gradient, without Grad-CAM's averaging. Draelos and Carin 2020, equation 3. */
export const hiresCam = classActivation({
  name: 'hires-cam',
  summary: 'elements of a layer times their gradient: faithful where the head is linear',
  reference: 'Draelos, Carin 2020, equation 3',
  weights: ({ layer, gradient }) => gradient(layer),
});
