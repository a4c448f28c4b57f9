import { defineMap } from './augmented.js';
import { classActivationOptions, combineByOption } from './class-activation.js';
import { overChannelsOf } from './eigen-smooth.js';

import { scoreByOption } from './target-score.js';

/** Element-wise Grad-CAM: what each element adds to the score, where it adds, summed over channels. As pytorch-grad-cam. */
export const gradCamElementwise = defineMap({
  name: 'grad-cam-elementwise',
  summary: 'elements of a layer times their gradient, where that is positive',
  reference: 'pytorch-grad-cam, GradCAMElementWise',
  space: 'layer',
  options: classActivationOptions,
  scoreOf: scoreByOption,
  combine: combineByOption,
  plan: ({ b, layer, options, gradient }) => {
    const terms = b.mul(gradient(layer), layer);
    return overChannelsOf(b, b.relu(options.counterfactual ? b.neg(terms) : terms), layer, options);
  },
});
