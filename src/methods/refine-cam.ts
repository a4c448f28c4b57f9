import { defineMap } from './augmented.js';
import { weightedSum } from './class-activation.js';
import { plusPlusWeights } from './grad-cam-plus-plus.js';
import { rectifiedUnit } from './rectified-unit.js';
import { scoreByOption, targetScore } from './target-score.js';

/**
 * Refine-CAM: Grad-CAM++ maps of several layers, each rectified and scaled to 0..1, multiplied: the fine detail of early layers where
 * late ones see the class. As pytorch-grad-cam's RefineCAM (arXiv 2605.14641).
 */
export const refineCam = defineMap({
  name: 'refine-cam',
  summary: 'Grad-CAM++ maps of several layers multiplied: early detail where late layers see the class',
  reference: 'arXiv 2605.14641',
  space: 'layer',
  defaultLayers: 'stages',
  options: targetScore,
  scoreOf: scoreByOption,
  combine: (b, maps) => maps.reduce(b.mul),
  plan: ({ b, layer, gradient }) => {
    const g = gradient(layer);
    const powers = { first: g, second: b.square(g), third: b.mul(g, b.square(g)) };
    return rectifiedUnit(b, weightedSum(b, plusPlusWeights(b, powers, layer), layer));
  },
});
