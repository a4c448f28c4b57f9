import { overPlaces, weightedSum } from './class-activation.js';
import { guidedTable } from './guided-backprop.js';
import { defineMethod } from './method.js';
import { rectifierOptions, remarkRectifiers } from './rectifiers.js';
import { gridOf, resized } from './resized.js';
import { scoreByOption, targetScore } from './target-score.js';

/** Guided Grad-CAM: guided backpropagation where Grad-CAM is positive. Selvaraju et al. 2017, section 3.3; nearest upsampling, as Captum. */
export const guidedGradCam = defineMethod({
  name: 'guided-grad-cam',
  summary: 'guided backpropagation times rectified Grad-CAM: sharp, and where the class is',
  reference: 'Selvaraju et al. 2017, section 3.3',
  space: 'input',
  usesLayer: true,
  options: { ...targetScore, ...rectifierOptions },
  scoreOf: scoreByOption,
  remark: remarkRectifiers,
  plan: ({ b, input, layer, layout, options, gradient }) => {
    const map = b.relu(weightedSum(b, overPlaces(b, gradient(layer)), layer));
    const axis = layout === 'NCHW' ? 1 : 3;
    const grid = layout === 'NCHW' ? gridOf(input) : (input.shape!.slice(1, 3) as number[]);
    const mask = b.squeeze(resized(b, b.unsqueeze(map, [1]), grid, 'nearest'), [1]);
    return b.mul(gradient(input, guidedTable(options)), b.unsqueeze(mask, [axis]));
  },
});
