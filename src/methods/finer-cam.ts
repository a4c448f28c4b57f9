import { fail } from '../errors.js';
import { defineMap } from './augmented.js';
import { combineByOption, overPlaces, severalLayers } from './class-activation.js';
import { eigenSmooth, overChannelsOf } from './eigen-smooth.js';
import { channels } from './method.js';

/**
 * Finer-CAM: Grad-CAM of what sets the target apart from the classes whose logits are nearest to its own:
 * sum p_i (z_t - alpha z_i) / sum p_i, with gradients through the probabilities too. Zhang et al. 2025, equations 4 and 5.
 */
export const finerCam = defineMap({
  name: 'finer-cam',
  summary: 'Grad-CAM of how far the target is above the classes that come nearest to it',
  reference: 'Zhang et al. 2025, equations 4 and 5',
  space: 'layer',
  options: {
    ...severalLayers,
    ...eigenSmooth,
    alpha: { type: 'number', default: 1, min: 0, description: 'how much of the other logits is subtracted' },
    references: { type: 'number', default: 3, min: 1, integer: true, description: 'how many of the nearest classes' },
  },
  combine: combineByOption,
  scoreOf: ({ b, logits, chosen, options }) => {
    const classes = logits.shape?.[1];
    if (typeof classes !== 'number' || classes < 2) fail('finer-cam compares classes, and the model has a single score');
    const count = Math.min(options.references, Number(classes) - 1);
    const main = b.reduceSum(b.mul(logits, chosen), channels);
    // The target itself is the nearest of all.
    const nearest = b.node('TopK', [b.abs(b.sub(logits, main)), b.ints([count + 1])], { axis: 1, largest: 0 }).output(1);
    const others = b.slice(nearest, { starts: [1], ends: [count + 1], axes: [1] });
    const z = b.op('GatherElements', [logits, others], { axis: 1 });
    const p = b.op('GatherElements', [b.op('Softmax', [logits], { axis: 1 }), others], { axis: 1 });
    const margins = b.mul(p, b.sub(main, b.mul(z, options.alpha)));
    const total = b.reduceSum(p, channels, false);
    return b.div(b.reduceSum(margins, channels, false), b.add(total, 1e-9));
  },
  plan: ({ b, layer, options, gradient }) => overChannelsOf(b, b.mul(overPlaces(b, gradient(layer)), layer), layer, options),
});
