import { defineMap } from './augmented.js';
import { combineByOption, severalLayers, weightedSum } from './class-activation.js';
import { spatial } from './method.js';

/**
 * Feature-based explanation: channels weighted by the share of their places that stand out, more than k deviations above the
 * channel's mean. No class, no gradient. Fuad et al. 2020.
 */
export const fem = defineMap({
  name: 'fem',
  summary: 'channels of a layer, weighted by the share of their places that stand out; no class, no gradient',
  reference: 'Fuad et al. 2020',
  space: 'layer',
  usesTarget: false,
  options: {
    ...severalLayers,
    k: { type: 'number', default: 2, min: 0, description: 'how many standard deviations above the mean a place stands out' },
  },
  combine: combineByOption,
  plan: ({ b, layer, options }) => {
    const places = spatial(layer);
    const mean = b.reduceMean(layer, places);
    const deviation = b.sqrt(b.reduceMean(b.square(b.sub(layer, mean)), places));
    const outstanding = b.mask(b.greater(layer, b.add(mean, b.mul(deviation, options.k))), layer);
    return weightedSum(b, b.reduceMean(outstanding, places), layer);
  },
});
