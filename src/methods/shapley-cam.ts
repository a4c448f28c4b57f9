import { gradient as gradients } from '../autodiff/gradient/index.js';
import { propagate } from '../autodiff/propagate.js';
import { classActivation, overPlaces } from './class-activation.js';

/**
 * Shapley-CAM: channels weighted by an estimate of their Shapley value, the mean of g - (H A) / 2, where H is the score's Hessian in
 * the layer. Cai 2025, theorem 3. H A is the gradient of g at A: the walk goes back over its own output. Where the head is piecewise
 * linear H is zero, and this is Grad-CAM.
 */
export const shapleyCam = classActivation({
  name: 'shapley-cam',
  summary: 'channels of a layer, weighted by an estimate of their Shapley value: gradient and curvature',
  reference: 'Cai 2025, theorem 3',
  weights: ({ b, layer, gradient }) => {
    const g = gradient(layer);
    // Zeros flow into the layer itself, so that something arrives where g does not depend on it.
    const seeds = new Map([
      [g, layer],
      [layer, b.zerosLike(layer)],
    ]);
    const [curvature] = propagate(b, { seeds, sources: [layer], table: gradients });
    return overPlaces(b, b.sub(g, b.mul(curvature!, 0.5)));
  },
});
